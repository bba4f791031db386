import type { AnatomyFacts, Report, SubBlockFacts } from '../json/types.ts';
import { formatChange, formatCount } from '../text/format.ts';
import { formatScores } from '../text/scores.ts';
import { visibleText } from '../text/visible-text.ts';
import { FATES, type Fate, historyOf, type PartHistory } from './fates.ts';
import { html, type Markup } from './markup.ts';

/** Blocks that are alike are drawn once where there are more than this. */
const MOST_SINGLE = 24;
/** Rows that are drawn at the most; the table has all. */
const MOST_ROWS = 120;

/** Measures of the drawing in its own units. */
const WIDTH = 680;
const ROW = 62;
const BLOCK_HEAD = 26;
const GAP = 10;
const STREAM = 46;
const NORM = { x: 84, width: 58 } as const;
const BRANCH = { x: 160, width: 148 } as const;
const BOX_HEIGHT = 30;
const WORDS = 348;

interface DrawnPart {
  readonly part: SubBlockFacts;
  readonly history: PartHistory;
}

interface DrawnBlock {
  readonly first: number;
  last: number;
  readonly depth: number;
  readonly parts: readonly DrawnPart[];
}

/** How a fate looks, besides the word for it: the border, its dashes and how strong the fill is. */
const LOOKS: Readonly<
  Record<Fate, { readonly colour: string; readonly dash: string; readonly fill: number }>
> = {
  removed: { colour: 'var(--candidate)', dash: '5 4', fill: 0 },
  rewritten: { colour: 'var(--original)', dash: 'none', fill: 0.16 },
  simplified: { colour: 'var(--soft)', dash: 'none', fill: 0.08 },
  kept: { colour: 'var(--soft)', dash: 'none', fill: 0 },
};

/**
 * Draws the original model from its input down to its output: the residual stream as a line, each branch that is added to it
 * as a norm and a box, and beside it what became of the branch. Many blocks that are alike are drawn as one.
 */
export function drawModel(anatomy: AnatomyFacts, passes: Report['passes']): Markup {
  const blocks = foldAlike(
    anatomy.blocks.map(({ depth, subBlocks }, index) => ({
      first: index,
      last: index,
      depth,
      parts: subBlocks.map((part) => ({ part, history: historyOf(part, passes) })),
    })),
  );
  const shown: DrawnBlock[] = [];
  let rows = 0;
  for (const block of blocks) {
    if (rows + block.parts.length > MOST_ROWS && shown.length > 0) break;
    rows += block.parts.length;
    shown.push(block);
  }
  let y = 40;
  const placed = shown.map((block) => {
    const top = y;
    y += BLOCK_HEAD + block.parts.length * ROW + GAP;
    return { block, top };
  });
  const hidden = blocks.slice(shown.length).reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const height = y + 34;
  const counts = countFates(blocks);
  const description = `From the input at the top to the output at the bottom: ${counts}.`;
  return html`<svg class="drawing" viewBox="0 0 ${WIDTH} ${height}" font-size="13" role="img" aria-label="The original model and what became of it">
<title>The original model and what became of it</title><desc>${description}</desc>
${placed.map(({ block, top }) => drawFrame(block, top))}<path d="M${STREAM},26V${y + 4}" stroke="var(--ink)" stroke-width="2"/>
<text x="${STREAM}" y="16" text-anchor="middle">input</text>
${placed.map(({ block, top }) => drawBlock(block, top))}
<path d="M${STREAM - 5},${y - 2}L${STREAM},${y + 5}L${STREAM + 5},${y - 2}" fill="none" stroke="var(--ink)" stroke-width="2"/>
<text x="${STREAM}" y="${y + 22}" text-anchor="middle">output</text>
${hidden > 0 ? html`<text x="${NORM.x}" y="${y + 22}">and ${formatCount(hidden)} more blocks, which the table lists</text>` : undefined}
</svg>`;
}

/** How many branches met which fate, in words. */
function countFates(blocks: readonly Pick<DrawnBlock, 'first' | 'last' | 'parts'>[]): string {
  const counts = new Map<Fate, number>();
  for (const { first, last, parts } of blocks) {
    for (const { history } of parts) {
      counts.set(history.fate, (counts.get(history.fate) ?? 0) + last - first + 1);
    }
  }
  const words = Object.entries(FATES).flatMap(([fate, meaning]) => {
    const count = counts.get(fate as Fate);
    return count === undefined ? [] : [`${formatCount(count)} ${meaning}`];
  });
  return words.length === 0 ? 'no residual branches were found' : `branches ${words.join(', ')}`;
}

function foldAlike(blocks: readonly DrawnBlock[]): DrawnBlock[] {
  if (blocks.length <= MOST_SINGLE) return [...blocks];
  const folded: DrawnBlock[] = [];
  for (const block of blocks) {
    const before = folded.at(-1);
    if (before !== undefined && lookOf(before) === lookOf(block)) before.last = block.last;
    else folded.push({ ...block });
  }
  return folded;
}

function lookOf({ parts }: DrawnBlock): string {
  return parts
    .map(({ part, history: { fate, main } }) =>
      [part.kind, part.norm, part.heads, fate, main?.decision].join(' '),
    )
    .join('; ');
}

function drawFrame({ parts }: DrawnBlock, top: number): Markup {
  const height = BLOCK_HEAD + parts.length * ROW;
  return html`<rect x="10" y="${top}" width="${WIDTH - 20}" height="${height}" rx="8" fill="none" stroke="var(--line)"/>
`;
}

function drawBlock(block: DrawnBlock, top: number): Markup {
  const { first, last, depth, parts } = block;
  const count = last - first + 1;
  const title =
    count === 1 ? `block ${first}` : `blocks ${first} to ${last}: ${formatCount(count)} that are alike`;
  const stream = depth === 0 && first > 0 ? ', first of another stream' : '';
  return html`<g>
<text class="soft" x="${NORM.x}" y="${top + 18}">${title}${stream}</text>
${parts.map((part, index) => drawPart(part, top + BLOCK_HEAD + index * ROW, count === 1))}</g>
`;
}

function drawPart({ part, history }: DrawnPart, top: number, isSingle: boolean): Markup {
  const { fate, main } = history;
  const { colour, dash, fill } = LOOKS[fate];
  const middle = top + 20;
  const merge = top + 48;
  const end = BRANCH.x + BRANCH.width;
  const border = html`stroke="${colour}" stroke-width="1.5" stroke-dasharray="${dash}"`;
  const label = part.heads === null ? part.kind : `${part.kind}, ${part.heads} heads`;
  const hasNorm = part.norm !== 'none';
  const box = (x: number, width: number, text: string) =>
    html`<rect x="${x}" y="${middle - BOX_HEIGHT / 2}" width="${width}" height="${BOX_HEIGHT}" rx="5" fill="${colour}" fill-opacity="${fill}" ${border}/><text x="${x + width / 2}" y="${middle + 4.5}" text-anchor="middle">${text}</text>`;
  const isAfter = part.norm === 'post';
  return html`<path d="M${STREAM},${middle}H${end + 14}V${merge}H${STREAM + 8}" fill="none" ${border}/>
<rect x="${NORM.x - 2}" y="${middle - BOX_HEIGHT / 2}" width="${end - NORM.x + 2}" height="${BOX_HEIGHT}" fill="var(--paper)"/>
${hasNorm && !isAfter ? [box(NORM.x, NORM.width, 'norm'), join(NORM.x + NORM.width, BRANCH.x, middle, border)] : undefined}
${box(hasNorm ? BRANCH.x : NORM.x, hasNorm ? BRANCH.width : end - NORM.x, visibleText(label, 24))}
${hasNorm && isAfter ? [box(NORM.x, NORM.width, 'norm'), join(NORM.x + NORM.width, BRANCH.x, middle, border)] : undefined}
<circle cx="${STREAM}" cy="${merge}" r="8" fill="var(--paper)" stroke="${fate === 'removed' ? colour : 'var(--ink)'}" stroke-width="1.5" stroke-dasharray="${fate === 'removed' ? '3 2' : 'none'}"/>
${fate === 'removed' ? undefined : html`<path d="M${STREAM - 4},${merge}H${STREAM + 4}M${STREAM},${merge - 4}V${merge + 4}" stroke="var(--ink)" stroke-width="1.5"/>`}
<text x="${WORDS}" y="${middle - 1}" font-weight="600" style="fill:${fate === 'removed' || fate === 'rewritten' ? colour : 'var(--ink)'}">${FATES[fate]}</text>
${lines(part, main, isSingle).map((line, index) => html`<text class="soft" x="${WORDS}" y="${middle + 16 + index * 16}" font-size="12">${visibleText(line, 52)}</text>`)}
`;
}

function join(from: number, to: number, y: number, border: Markup): Markup {
  return html`<path d="M${from},${y}H${to}" fill="none" ${border}/>`;
}

/** Two lines about a branch: who decided, and the score that decided. */
function lines(part: SubBlockFacts, main: PartHistory['main'], isSingle: boolean): string[] {
  if (main === undefined) return ['no pass had anything to say about it'];
  const nodes = `${formatCount(part.nodesLeft)} of ${formatCount(part.nodes)} nodes left`;
  const who = `${main.decision} by ${main.pass}${part.nodesLeft === 0 ? '' : `, ${nodes}`}`;
  return isSingle ? [who, decisiveScore(main.scores)].filter((line) => line !== '') : [who];
}

/** The loss on the data that decided, if there is one. */
function decisiveScore(scores: Readonly<Record<string, number>>): string {
  const { selectionDrop, calibrationDrop } = scores;
  if (selectionDrop !== undefined) return `loss ${formatChange(selectionDrop)} on the selection data`;
  if (calibrationDrop !== undefined) return `loss ${formatChange(calibrationDrop)} on the calibration data`;
  return formatScores(Object.fromEntries(Object.entries(scores).slice(0, 2)));
}
