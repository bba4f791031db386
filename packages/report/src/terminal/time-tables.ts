import type { Comparison, Validation } from '@sentei/runtime';
import { formatMilliseconds } from '../text/format.ts';
import { drawTable } from './table.ts';

type Times = Extract<Validation, { status: 'done' }>['speed'];

/**
 * Draws the times of two models, a row for each size of inputs, with the interval of the speed-up and what it shows.
 *
 * @param title of the first column
 */
export function drawTimes(times: Times, title = 'time'): string {
  const rows = times.map(({ label, original, candidate, speedup, comparison }) => {
    const [ratio, interval, verdict] = describeComparison(comparison);
    return [
      label,
      formatMilliseconds(original.median),
      formatMilliseconds(candidate.median),
      ratio || formatRatio(speedup.median),
      interval,
      verdict,
    ];
  });
  const head = [title, 'original', 'pruned', 'speed-up', 'interval', 'verdict'];
  return drawTable(head, rows, ['left', 'right', 'right', 'right', 'right', 'left'], [22]);
}

/** Ratio, interval and verdict. */
export function describeComparison(comparison: Comparison | undefined): [string, string, string] {
  if (comparison === undefined) return ['', '', 'too few rounds'];
  const { ratio, interval, verdict } = comparison;
  return [formatRatio(ratio), `${interval.lower.toFixed(2)} - ${interval.upper.toFixed(2)}`, verdict];
}

function formatRatio(ratio: number): string {
  return `${ratio.toFixed(2)} ×`;
}
