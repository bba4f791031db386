import type { Sample, Side, Spread } from './report.d.mts';

export function spreadOf(numbers: readonly number[]): Spread;
export function summarise(samples: Record<string, Sample[]>): Record<string, Side>;
