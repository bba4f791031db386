import type { BenchmarkFigure, ModelFigures, PeakMemory } from '@sentei/runtime';
import type { BenchmarkRecord, CountBounds, ModelWork } from '../json/benchmark.ts';
import { formatBytes, formatChange, formatList, formatMilliseconds, formatNumber } from '../text/format.ts';
import { describePlacements } from './placement-lines.ts';
import { type Alignment, drawTable } from './table.ts';
import { describeComparison } from './time-tables.ts';

/** Draws what was measured of one or two models, in at most 100 columns. */
export function drawBenchmark(record: BenchmarkRecord): string {
  const parts = record.candidate === undefined ? [] : [drawLatency(record)];
  parts.push(drawRuns(record), drawStarts(record), drawWork(record));
  if (record.energy.status === 'measured') parts.push(drawEnergy(record));
  if (record.placement !== null)
    parts.push(...describePlacements(record.placement).map((line) => `${line}\n`));
  return `${parts.join('')}${describeConditions(record)}`;
}

/** Points may name many dimensions. */
const WIDTHS = [24];

/** The first columns have words in them. */
function alignments(head: readonly string[], words: number): Alignment[] {
  return head.map((_, index) => (index < words ? 'left' : 'right'));
}

function place({ label, graphOptimizationLevel }: BenchmarkFigure): string {
  return `${label}, ${graphOptimizationLevel}`;
}

function drawLatency({ figures, confidence }: BenchmarkRecord): string {
  const head = ['latency', 'original', 'pruned', 'speed-up', percent(confidence), 'verdict'];
  const rows = figures.map((figure) => {
    const { original, candidate, comparison } = figure;
    return [
      place(figure),
      formatMilliseconds(original.latency.median),
      candidate === undefined ? '' : formatMilliseconds(candidate.latency.median),
      ...describeComparison(comparison?.latency),
    ];
  });
  return drawTable(head, rows, alignments(head, 1), WIDTHS);
}

function percent(share: number): string {
  return `${formatNumber(100 * share)} % interval`;
}

interface Row {
  readonly figure: BenchmarkFigure;
  readonly name: string;
  readonly model: ModelFigures;
}

/** One row for each model at each point. */
function rowsOf({ figures }: BenchmarkRecord): Row[] {
  return figures.flatMap((figure) => [
    { figure, name: 'original', model: figure.original },
    ...(figure.candidate ? [{ figure, name: 'pruned', model: figure.candidate }] : []),
  ]);
}

function drawRuns(record: BenchmarkRecord): string {
  const head = ['runs', 'model', 'median', percent(record.confidence), 'p90', 'p95', 'p99', 'runs'];
  const rows = rowsOf(record).map(({ figure, name, model: { latency } }) => [
    place(figure),
    name,
    formatMilliseconds(latency.median),
    `${formatNumber(latency.interval.lower)} - ${formatNumber(latency.interval.upper)}`,
    ...[latency.percentiles.p90, latency.percentiles.p95, latency.percentiles.p99].map((time) =>
      time === undefined ? '' : formatNumber(time),
    ),
    String(latency.runs),
  ]);
  return drawTable(head, rows, alignments(head, 2), WIDTHS);
}

function drawStarts(record: BenchmarkRecord): string {
  const head = ['cold start', 'model', 'total', 'session', 'first run', 'loaded', 'peak'];
  const rows = rowsOf(record).map(({ figure, name, model: { start } }) => [
    place(figure),
    name,
    formatMilliseconds(start.total.median),
    formatMilliseconds(start.session.median),
    formatMilliseconds(start.firstRun.median),
    formatPeak(start.memoryLoaded),
    formatPeak(start.memoryRan),
  ]);
  return drawTable(head, rows, alignments(head, 2), WIDTHS) + compareStarts(record);
}

/** One line for each level, of the point with enough starts. */
function compareStarts({ figures }: BenchmarkRecord): string {
  return figures
    .flatMap((figure) => {
      const { start, memoryRan } = figure.comparison ?? {};
      if (start === undefined) return [];
      const [ratio, interval, verdict] = describeComparison(start);
      const memory = memoryRan === undefined ? '' : `; peak memory ${memoryRan.toFixed(2)} ×`;
      return [
        `cold start, ${place(figure)}: ${ratio} (${interval}) in ${start.pairs} starts, ${verdict}${memory}\n`,
      ];
    })
    .join('');
}

function formatPeak(peak: PeakMemory): string {
  return peak.status === 'known' ? formatBytes(peak.bytes) : 'unknown';
}

function drawEnergy(record: BenchmarkRecord): string {
  const head = ['energy', 'model', 'per run', 'above idle', 'ratio', 'verdict'];
  const rows = rowsOf(record).flatMap(({ figure, name, model: { energy } }) => {
    if (energy === undefined) return [];
    const { comparison } = figure;
    const isPruned = name === 'pruned';
    const [ratio, , verdict] =
      isPruned && comparison?.energy ? describeComparison(comparison.energy) : ['', '', ''];
    const joules = (value: number) => `${formatNumber(value)} J`;
    const own = [joules(energy.joules.median), joules(energy.joulesAboveIdle.median)];
    return [[place(figure), name, ...own, ratio, verdict]];
  });
  return drawTable(head, rows, alignments(head, 2), WIDTHS);
}

function drawWork({ work }: BenchmarkRecord): string {
  const head = ['work', 'model', 'FLOPs', 'change', 'bytes moved'];
  const rows = work.flatMap(({ label, original, candidate }) => {
    const row = (name: string, own: ModelWork, change: string) => [
      label,
      name,
      describeBounds(own.flops),
      change,
      formatBytes(own.bytes),
    ];
    if (candidate === undefined) return [row('original', original, '')];
    return [row('original', original, ''), row('pruned', candidate, changeOf(original, candidate))];
  });
  return drawTable(head, rows, alignments(head, 2), WIDTHS) + listUncounted(work);
}

/** `1.32 G`, `1.32 to 2.64 G`, or `at least 1.32 G`. */
function describeBounds({ least, most }: CountBounds): string {
  if (most === null) return `at least ${formatLarge(least)}`;
  return least === most ? formatLarge(least) : `${formatLarge(least)} to ${formatLarge(most)}`;
}

const PREFIXES = ['', ' k', ' M', ' G', ' T', ' P'] as const;

function formatLarge(count: number): string {
  const power = Math.min(PREFIXES.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(count, 1)) / 3)));
  return `${Number((count / 1000 ** power).toPrecision(4))}${PREFIXES[power]}`;
}

/** Nothing where bounds leave it open. */
function changeOf(original: ModelWork, candidate: ModelWork): string {
  const isExact = ({ flops }: ModelWork): boolean => flops.least === flops.most;
  if (!isExact(original) || !isExact(candidate) || original.flops.least === 0) return '';
  return formatChange(candidate.flops.least / original.flops.least - 1);
}

/** One line for each kind of node that is not counted. */
function listUncounted(work: BenchmarkRecord['work']): string {
  const reasons = new Map<string, number>();
  for (const own of work.flatMap(({ original, candidate }) =>
    candidate ? [original, candidate] : [original],
  )) {
    for (const { operator, reason } of own.unknown) {
      const key = `${operator} (${reason})`;
      reasons.set(key, (reasons.get(key) ?? 0) + 1);
    }
  }
  const kinds = [...reasons].map(([kind, count]) => `${count} × ${kind}`);
  return kinds.length === 0 ? '' : `not counted: ${formatList(kinds, 4, '; ')}\n`;
}

function describeConditions(record: BenchmarkRecord): string {
  const { threads, executionProvider, processes, runtimeVersion, machine, load, energy, leftOut } = record;
  const unsteady = record.figures.filter(({ warmUps }) => warmUps.some(({ isSteady }) => !isSteady));
  const lines = [
    ...leftOut.map(({ graphOptimizationLevel, label, reason }) => {
      return `left out: ${label} at level ${graphOptimizationLevel} (${reason})`;
    }),
    energy.status === 'unknown' ? `energy unknown: ${energy.reason}` : `energy: ${energy.method}`,
    ...(unsteady.length === 0
      ? []
      : [`not steady after the warm-up: ${unsteady.map((figure) => place(figure)).join('; ')}`]),
    `${threads === 1 ? '1 thread' : `${threads} threads`}, ${executionProvider}, ${processes} pairs of processes`,
    `ONNX Runtime ${runtimeVersion}, Node.js ${machine.node}, ${[machine.cpu, ...machine.gpus.map(({ name }) => name)].join(', ')}, ${machine.usableCores} cores; ` +
      `load ${load.before.toFixed(1)} before, ${load.after.toFixed(1)} after`,
    ...(load.before > machine.usableCores / 2 ? ['others were at work on this machine'] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
