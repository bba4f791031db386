import type { Report } from './types.ts';

/** Writes a report as JSON. Numbers that JSON does not have are written as text: `"Infinity"`. */
export function printReport(report: Report): string {
  const replace = (_key: string, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  return `${JSON.stringify(report, replace, 2)}\n`;
}
