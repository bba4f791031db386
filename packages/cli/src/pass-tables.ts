import type { Decision, PassRecord, PatchRecord } from '@sentei/ir';
import { formatBytes, formatCount, formatList } from './format.ts';
import { drawTable } from './table.ts';

const DECISIONS: readonly Decision[] = ['applied', 'reverted', 'refused'];

/** Rows that one pass may take in the table of decisions; the report has all. */
const MOST_ROWS = 8;

const DECISION_WIDTHS = [12, 8, 32, 46];

/** Draws what each pass did to the model, and what it decided about each thing it looked at, with the reasons. */
export function drawPasses(passes: readonly PassRecord[]): string {
  if (passes.length === 0) return 'no passes: the pipeline is empty\n';
  const rows = passes.map(({ pass, patches, before, after, milliseconds, verifyMilliseconds }, index) => [
    `${index + 1} ${pass}`,
    ...DECISIONS.map((decision) => String(patches.filter((patch) => patch.decision === decision).length)),
    change(before.nodes, after.nodes, formatCount),
    change(before.parameters, after.parameters, formatCount),
    change(before.bytes, after.bytes, formatBytes),
    `${((milliseconds + verifyMilliseconds) / 1000).toFixed(1)} s`,
  ]);
  const head = ['pass', ...DECISIONS, 'nodes', 'parameters', 'weights', 'time'];
  return (
    drawTable(head, rows, ['left', ...head.slice(1).map(() => 'right' as const)]) + drawDecisions(passes)
  );
}

function drawDecisions(passes: readonly PassRecord[]): string {
  const rows = passes.flatMap(({ pass, patches }, index) => {
    const groups = groupByReason(patches);
    const shown = groups.length > MOST_ROWS + 1 ? groups.slice(0, MOST_ROWS) : groups;
    const place = `${index + 1} ${pass}`;
    const lines = shown.map(({ decision, reason, names }) => [
      place,
      decision,
      formatList(names, 4, '; '),
      reason,
    ]);
    const rest = groups.length - shown.length;
    return rest > 0 ? [...lines, [place, '', `and ${rest} more`, 'see the report']] : lines;
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

function change(before: number, after: number, format: (value: number) => string): string {
  return before === after ? format(after) : `${format(before)} -> ${format(after)}`;
}
