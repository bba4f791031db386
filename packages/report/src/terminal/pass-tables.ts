import {
  type Decision,
  type InstanceStatistics,
  instanceStatistics,
  type ModelStatistics,
  type PassRecord,
  type PatchRecord,
} from '@sentei/ir';
import { formatBytes, formatCount, formatList } from '../text/format.ts';
import { drawTable } from './table.ts';

const DECISIONS: readonly Decision[] = ['applied', 'reverted', 'refused'];

/** Rows that one pass may take in the table of decisions; the report has all. */
const MOST_ROWS = 8;

const DECISION_WIDTHS = [12, 8, 32, 46];

/** Draws what each pass did to the model, and what it decided about each thing it looked at, with the reasons. */
export function drawPasses(passes: readonly PassRecord[]): string {
  if (passes.length === 0) return 'no passes: the pipeline is empty\n';
  const instances = instanceStatistics(passes);
  const rows = instances.map((instance) => {
    const runs = passes.filter(({ place }) => place === instance.place);
    return [
      `${instance.place} ${instance.pass}${runs.length > 1 ? `, ${runs.length} runs` : ''}`,
      ...DECISIONS.map((decision) => formatCount(instance.decisions[decision])),
      change(runs, 'nodes', formatCount),
      change(runs, 'parameters', formatCount),
      change(runs, 'bytes', formatBytes),
      formatTime(instance.milliseconds),
    ];
  });
  // The check of the graph after each patch is not the passes' own time.
  const verifying = instances.reduce((sum, { verifyMilliseconds }) => sum + verifyMilliseconds, 0);
  rows.push(['verifying', '', '', '', '', '', '', formatTime(verifying)]);
  const head = ['pass', ...DECISIONS, 'nodes', 'parameters', 'weights', 'time'];
  const table = drawTable(head, rows, ['left', ...head.slice(1).map(() => 'right' as const)]);
  return table + listCounters(instances) + drawDecisions(instances, passes);
}

function listCounters(instances: readonly InstanceStatistics[]): string {
  return instances
    .filter(({ counters }) => Object.keys(counters).length > 0)
    .map(({ place, pass, counters }) => {
      const figures = Object.entries(counters).map(([name, count]) => `${name} ${formatCount(count)}`);
      return `${place} ${pass}: ${figures.join(', ')}\n`;
    })
    .join('');
}

function drawDecisions(instances: readonly InstanceStatistics[], passes: readonly PassRecord[]): string {
  const rows = instances.flatMap((instance) => {
    const patches = passes
      .filter(({ place }) => place === instance.place)
      .flatMap((record) => record.patches);
    const groups = groupByReason(patches);
    const shown = groups.length > MOST_ROWS + 1 ? groups.slice(0, MOST_ROWS) : groups;
    const label = `${instance.place} ${instance.pass}`;
    const lines = shown.map(({ decision, reason, names }) => [
      label,
      decision,
      formatList(names, 4, '; '),
      reason,
    ]);
    const rest = groups.length - shown.length;
    return rest > 0 ? [...lines, [label, '', `and ${rest} more`, 'see the report']] : lines;
  });
  if (rows.length === 0) return '';
  return drawTable(
    ['pass', 'decision', 'patch', 'reason'],
    rows,
    ['left', 'left', 'left', 'left'],
    DECISION_WIDTHS,
  );
}

interface ReasonGroup {
  readonly decision: Decision;
  readonly reason: string;
  readonly names: string[];
}

function groupByReason(patches: readonly PatchRecord[]): ReasonGroup[] {
  const groups = new Map<string, ReasonGroup>();
  for (const { decision, reason, name } of patches) {
    const key = `${decision} ${reason}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { decision, reason, names: [name] });
    else group.names.push(name);
  }
  return [...groups.values()].sort((a, b) => DECISIONS.indexOf(a.decision) - DECISIONS.indexOf(b.decision));
}

/** Where other passes ran in between, the first and the last figure would tell of their work too. */
function change(
  runs: readonly PassRecord[],
  figure: keyof ModelStatistics,
  format: (value: number) => string,
): string {
  const [first] = runs;
  if (runs.length > 1) {
    const sum = runs.reduce((total, { before, after }) => total + after[figure] - before[figure], 0);
    return sum === 0 ? '±0' : `${sum > 0 ? '+' : '-'}${format(Math.abs(sum))}`;
  }
  const [before, after] = [first?.before[figure] ?? 0, first?.after[figure] ?? 0];
  return before === after ? format(after) : `${format(before)} -> ${format(after)}`;
}

function formatTime(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
