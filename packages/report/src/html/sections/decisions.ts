import type { Decision, PassRecord, PatchRecord } from '@sentei/ir';
import { formatCount, formatList, formatMilliseconds } from '../../text/format.ts';
import { formatScores, wordsOf } from '../../text/scores.ts';
import { type Content, html, type Markup, modelText } from '../markup.ts';
import { drawTable } from '../table.ts';

const DECISIONS: readonly Decision[] = ['applied', 'reverted', 'refused'];

/** Rows of one list of decisions; the rest is summed up by reason. */
const MOST_ROWS = 200;
/** Lists on a page; a pipeline that repeats passes may have thousands. */
const MOST_LISTS = 150;

/** Every decision of every pass with its reason, in lists that open by themselves: by pass, then by what was decided. */
export function drawDecisions(passes: readonly PassRecord[]): Markup {
  const lists = passes.flatMap((record) =>
    DECISIONS.flatMap((decision) => {
      const patches = record.patches.filter((patch) => patch.decision === decision);
      return patches.length === 0 ? [] : [{ record, decision, patches }];
    }),
  );
  const quiet = passes.filter(({ patches }) => patches.length === 0);
  return html`<section aria-labelledby="decisions"><h2 id="decisions">All decisions</h2>
<p>What each pass proposed or looked at, in the order of the pipeline. Open a list to see the patches with their scores and reasons.</p>
${passes.length === 0 ? html`<p>The pipeline is empty.</p>` : drawPasses(passes)}
${lists.slice(0, MOST_LISTS).map(drawList)}
${lists.length > MOST_LISTS ? html`<p>and ${formatCount(lists.length - MOST_LISTS)} more lists, which the JSON report has</p>` : undefined}
${quiet.length > 0 ? html`<p class="note">Nothing to decide: ${modelText(formatList(quiet.map(labelOf), 12), 600)}.</p>` : undefined}
</section>
`;
}

function labelOf({ place, pass, run }: PassRecord): string {
  return `${place} ${pass}${run > 1 ? `, run ${run}` : ''}`;
}

function drawPasses(passes: readonly PassRecord[]): Markup {
  const rows = passes.slice(0, MOST_ROWS).map((record): Content[] => {
    const { decisions, before, after, milliseconds, verifyMilliseconds, counters } = record;
    const counted = Object.entries(counters).map(([name, count]) => `${wordsOf(name)} ${formatCount(count)}`);
    return [
      modelText(labelOf(record), 60),
      ...DECISIONS.map((decision) => formatCount(decisions[decision])),
      signed(after.nodes - before.nodes),
      signed(after.parameters - before.parameters),
      formatMilliseconds(milliseconds),
      formatMilliseconds(verifyMilliseconds),
      modelText(counted.join(', '), 200),
    ];
  });
  const more =
    passes.length > MOST_ROWS ? `, the first ${MOST_ROWS} of ${formatCount(passes.length)} runs` : '';
  return drawTable({
    caption: `Runs of passes${more}`,
    head: ['pass', ...DECISIONS, 'nodes', 'parameters', 'time', 'checking', 'counted'],
    rows,
    words: [8],
  });
}

function signed(change: number): string {
  return change === 0 ? '±0' : `${change > 0 ? '+' : '−'}${formatCount(Math.abs(change))}`;
}

function drawList({
  record,
  decision,
  patches,
}: {
  readonly record: PassRecord;
  readonly decision: Decision;
  readonly patches: readonly PatchRecord[];
}): Markup {
  const count = record.decisions[decision];
  const unlisted = count - patches.length;
  const rows = patches
    .slice(0, MOST_ROWS)
    .map(({ name, nodes, nodeCount, scores, reason, guarantee }) => [
      modelText(name, 80),
      html`<span class="tag ${decision}">${decision}</span>`,
      modelText(reason, 300),
      modelText(formatScores(scores), 300),
      guarantee ?? '',
      nodesText(nodes, nodeCount),
    ]);
  const label = labelOf(record);
  return html`<details><summary>${modelText(label, 60)}: ${formatCount(count)} ${decision}</summary>
${drawTable({
  caption: html`${modelText(label, 60)}, ${decision}`,
  head: ['patch', 'decision', 'reason', 'scores', 'guarantee', 'nodes'],
  rows,
  words: [1, 2, 3, 4, 5],
})}${drawRest(patches.slice(MOST_ROWS))}${
  unlisted > 0
    ? html`<p class="note">${formatCount(unlisted)} more were counted and not recorded.</p>`
    : undefined
}</details>
`;
}

function nodesText(nodes: readonly string[], nodeCount = nodes.length): Markup {
  const [first] = nodes;
  if (first === undefined) return html``;
  return html`${formatCount(nodeCount)}: <code>${modelText(nodes.length > 1 ? `${first} …` : first, 60)}</code>`;
}

/** Reasons that differ in numbers alone are one. */
function drawRest(patches: readonly PatchRecord[]): Content {
  if (patches.length === 0) return undefined;
  const reasons = new Map<string, { readonly reason: string; count: number }>();
  for (const { reason } of patches) {
    const key = reason.slice(0, 200).replaceAll(/\d+(\.\d+)?/g, '#');
    const known = reasons.get(key);
    if (known === undefined) reasons.set(key, { reason, count: 1 });
    else known.count += 1;
  }
  const rows = [...reasons.values()].sort((a, b) => b.count - a.count).slice(0, 20);
  return html`<p>and ${formatCount(patches.length)} more, for these reasons:</p><ul>${rows.map(
    ({ reason, count }) => html`<li>${formatCount(count)} × ${modelText(reason, 200)}</li>`,
  )}</ul>${reasons.size > rows.length ? html`<p class="note">and ${formatCount(reasons.size - rows.length)} other reasons</p>` : undefined}`;
}
