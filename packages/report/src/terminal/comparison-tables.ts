import type { LeftOut, Validation } from '@sentei/runtime';
import type { Report } from '../json/types.ts';
import {
  formatBytes,
  formatChange,
  formatCount,
  formatList,
  formatNumber,
  formatShare,
} from '../text/format.ts';
import { drawTable } from './table.ts';
import { drawTimes } from './time-tables.ts';

type Measured = Extract<Validation, { status: 'done' }>;

/** Draws the original beside the result: size, quality, fidelity and speed, and what could not be measured. */
export function drawComparison(report: Report): string {
  const { validation, budget } = report;
  const parts = [drawSizes(report)];
  if (validation.status === 'done') {
    if (validation.fidelity.length > 0) parts.push(drawFidelity(validation));
    if (validation.speed.length > 0) parts.push(drawTimes(validation.speed, timeTitle(report)));
    parts.push(...(validation.leftOut.length > 0 ? [listLeftOut(validation.leftOut)] : []));
  }
  if (budget.heldoutDrop !== undefined) {
    const [loss, limit] = [formatChange(budget.heldoutDrop), formatShare(budget.maxDrop)];
    parts.push(`held-out loss ${loss} of a budget of ${limit}\n`);
  }
  return parts.join('');
}

function drawSizes({ source, result, validation }: Report): string {
  const rows: string[][] = [
    row('nodes', source.nodes, result.nodes, formatCount),
    row('parameters', source.parameters, result.parameters, formatCount),
    row('weights', source.bytes, result.bytes, formatBytes),
    row('file', source.fileBytes, result.fileBytes, formatBytes),
  ];
  for (const figure of validation.status === 'done' ? validation.quality : []) {
    const { metric, where, original, candidate, drop } = figure;
    rows.push([`${metric}, ${where}`, original.toFixed(4), candidate.toFixed(4), formatChange(drop)]);
  }
  return drawTable(['', 'original', 'pruned', 'change'], rows, ['left', 'right', 'right', 'right']);
}

function row(
  name: string,
  before: number,
  after: number,
  format: (value: number) => string,
): [string, string, string, string] {
  const share = after === before ? 0 : (after - before) / before;
  return [name, format(before), format(after), formatChange(share)];
}

/** One row for each output and kind of input: the worst over all sizes. */
function drawFidelity({ fidelity }: Measured): string {
  const worst = new Map<string, (typeof fidelity)[number]['outputs'][string][]>();
  for (const { inputs, outputs } of fidelity) {
    for (const [name, comparison] of Object.entries(outputs)) {
      const key = `${name}, ${inputs}`;
      worst.set(key, [...(worst.get(key) ?? []), comparison]);
    }
  }
  const rows = [...worst].map(([name, found]) => {
    const top1 = found.flatMap(({ top1Agreement }) => (top1Agreement === undefined ? [] : [top1Agreement]));
    const broken = found.reduce((sum, each) => sum + each.nanMismatches + each.infinityMismatches, 0);
    return [
      name,
      String(found.length),
      formatNumber(Math.max(...found.map((each) => each.maximumAbsoluteError))),
      formatNumber(Math.max(...found.map((each) => each.meanAbsoluteError))),
      Math.min(...found.map((each) => each.cosineSimilarity)).toFixed(6),
      top1.length === 0 ? '' : `${(100 * Math.min(...top1)).toFixed(2)} %`,
      String(broken),
    ];
  });
  const head = ['output', 'sizes', 'largest error', 'mean error', 'cosine', 'same top-1', 'NaN or inf'];
  return drawTable(head, rows, ['left', ...head.slice(1).map(() => 'right' as const)], [40]);
}

function timeTitle({ options: { threads }, validation }: Report): string {
  if (validation.status === 'done' && validation.executionProvider !== 'cpu')
    return `time, ${validation.executionProvider}`;
  return `time, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}

function listLeftOut(leftOut: readonly LeftOut[]): string {
  const groups = new Map<
    string,
    { readonly part: string; readonly reason: string; readonly what: string[] }
  >();
  for (const { part, what, reason } of leftOut) {
    // Reasons name the size that failed, so that equal ones differ in numbers.
    const key = `${part} ${reason.replaceAll(/\d+/g, '#')}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { part, reason, what: [what] });
    else group.what.push(what);
  }
  return [...groups.values()]
    .map(({ part, what, reason }) => `left out of ${part}: ${formatList(what, 8)} (${reason})\n`)
    .join('');
}
