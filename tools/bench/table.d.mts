import type { Report } from './report.d.mts';

/** Lines of a markdown table. */
export function tableOf(report: Report): string[];
