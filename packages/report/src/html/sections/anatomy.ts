import type { AnatomyFacts, Report } from '../../json/types.ts';
import { formatCount, formatList } from '../../text/format.ts';
import { formatScores } from '../../text/scores.ts';
import { drawModel } from '../drawing.ts';
import { FATES, historyOf } from '../fates.ts';
import { html, type Markup, modelText } from '../markup.ts';
import { drawTable } from '../table.ts';

/** Rows of a table of branches. */
const MOST_ROWS = 2000;

/** What became of each part of the original model: as a drawing and as a table. */
export function drawAnatomy({ anatomy, passes }: Report): Markup {
  return html`<section aria-labelledby="model"><h2 id="model">What was removed, and why</h2>
${anatomy === undefined ? html`<p>Not recorded: the report was written by an earlier version of Sentei.</p>` : drawParts(anatomy, passes)}
</section>
`;
}

function drawParts(anatomy: AnatomyFacts, passes: Report['passes']): Markup {
  if (anatomy.blocks.length === 0) {
    return html`<p>No residual blocks were found in the original model, so there is nothing to draw along a stream. ${drawSkipped(anatomy)}</p>`;
  }
  const rows = anatomy.blocks.flatMap(({ subBlocks }, block) =>
    subBlocks.map((part) => {
      const { fate, patches, main } = historyOf(part, passes);
      const names = patches.map((patch) => `${patch.pass}: ${patch.name} (${patch.decision})`);
      return [
        modelText(`block ${block}, ${part.kind}`, 80),
        html`<code>${modelText(part.merge, 60)}</code>`,
        FATES[fate],
        `${formatCount(part.nodesLeft)} of ${formatCount(part.nodes)}`,
        modelText(formatList(names, 4, '; '), 400),
        main === undefined ? '' : modelText(`${main.reason} ${formatScores(main.scores)}`, 400),
      ];
    }),
  );
  const more =
    rows.length > MOST_ROWS ? `, the first ${formatCount(MOST_ROWS)} of ${formatCount(rows.length)}` : '';
  return html`<figure>
<figcaption><p>The original model from its input to its output. Each branch reads the residual stream on the left and is added back to it.</p></figcaption>
<div class="scroll" tabindex="0" role="group" aria-label="Drawing, scrolls sideways">${drawModel(anatomy, passes)}</div>
<details><summary>The same as a table</summary>
${drawTable({
  caption: `Residual branches of the original model${more}`,
  head: ['branch', 'joined by', 'outcome', 'nodes left', 'decisions', 'reason and scores'],
  rows: rows.slice(0, MOST_ROWS),
  words: [1, 2, 4, 5],
})}</details>
</figure>
${drawSkipped(anatomy)}`;
}

function drawSkipped({ skipped }: AnatomyFacts): Markup | undefined {
  if (skipped.length === 0) return undefined;
  return html`<details><summary>${formatCount(skipped.length)} sums that look like the end of a branch and cannot be taken out</summary>
${drawTable({
  caption: 'Sums that end no branch',
  head: ['sum', 'reason'],
  rows: skipped.slice(0, MOST_ROWS).map(({ node, reason }) => [modelText(node, 80), modelText(reason, 400)]),
  words: [1],
})}</details>`;
}
