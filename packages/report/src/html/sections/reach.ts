import type { ReachFacts, Report } from '../../json/types.ts';
import { formatCount, formatNumber, formatShare } from '../../text/format.ts';
import { countHeadKinds, HEAD_KINDS, skippedByLength } from '../../text/head-kinds.ts';
import { type ChartKey, type ChartKit, drawChart, logAxis } from '../chart.ts';
import { html, type Markup, modelText } from '../markup.ts';
import { drawTable } from '../table.ts';
import type { LatencyPoint } from '../types.ts';

type Measured = Extract<ReachFacts, { status: 'done' }>;

/** Rows of a heat map. */
const MOST_LAYERS = 96;
/** Heat maps with more cells than this have no numbers in them. */
const MOST_NUMBERS = 400;
/** Attention without a reach that is listed. */
const MOST_OTHERS = 20;

const LOOKS = {
  local: { colour: 'var(--good)', shape: 'circle' },
  medium: { colour: 'var(--original)', shape: 'square' },
  global: { colour: 'var(--candidate)', shape: 'diamond' },
} as const;

/** How far back each head looks, what that is worth by length, and which heads hold it back. */
export function drawReach(kit: ChartKit, { reach }: Report, points: readonly LatencyPoint[]): Markup {
  return html`<section aria-labelledby="reach"><h2 id="reach">Reach of attention</h2>
${
  reach === undefined || reach.status === 'skipped'
    ? html`<p>Not measured: ${modelText(reach?.reason ?? 'the report does not have it')}.</p>`
    : html`<p>What lies beyond the reach of a head weighs less than ${formatNumber(reach.epsilon)} of a row of attention, whatever the scores are. It follows from the decay that was measured in the original model on ${formatCount(reach.sequences)} ${reach.sequences === 1 ? 'sequence' : 'sequences'} of held-out data, and depends on the data. ${countHeadKinds(reach.heads)}.</p>
${drawHeatMap(kit, reach)}${drawSkipped(kit, reach)}${drawGains(reach, points)}${drawHolding(reach)}${drawOthers(reach)}`
}
</section>
`;
}

/** Positions in which half is forgotten. */
function formatHalfLife(halfLife: number | null): string {
  if (halfLife === null) return '';
  return Number.isFinite(halfLife) ? formatNumber(halfLife) : 'never';
}

function drawHeatMap(kit: ChartKit, { heads }: Measured): Markup {
  const { Plot } = kit;
  const attentions = [...new Set(heads.map(({ attention }) => attention))];
  const shown = new Set(attentions.slice(0, MOST_LAYERS));
  const longest = Math.max(1, ...heads.flatMap(({ lengths }) => lengths.map(({ length }) => length)));
  const cells = heads
    .filter(({ attention }) => shown.has(attention))
    .map(({ attention, head, span }) => ({
      attention,
      head,
      share: Math.min(1, span.median / (longest / 2)),
      text: formatCount(span.median),
    }));
  const widest = Math.max(0, ...heads.map(({ head }) => head + 1));
  return drawChart(kit, {
    title: 'Keys before a row that may matter',
    description: `The median over all rows of ${formatCount(longest)} positions. Attention that forgets nothing has half the length.`,
    key: [
      { label: 'the stronger the fill, the farther a head looks', colour: 'var(--heat)', shape: 'square' },
    ],
    ...(attentions.length > shown.size
      ? {
          note: `The first ${shown.size} of ${formatCount(attentions.length)} attentions; the table has all.`,
        }
      : {}),
    options: {
      height: 90 + 34 * shown.size,
      x: {
        type: 'band',
        label: 'head',
        domain: Array.from({ length: widest }, (_, head) => head),
        padding: 0.06,
      },
      y: { type: 'band', label: 'attention', domain: [...shown], padding: 0.06 },
      marks: [
        Plot.cell(cells, {
          x: 'head',
          y: 'attention',
          fill: 'var(--heat)',
          fillOpacity: 'share',
          stroke: 'var(--line)',
        }),
        ...(cells.length <= MOST_NUMBERS
          ? [Plot.text(cells, { x: 'head', y: 'attention', text: 'text' })]
          : []),
      ],
      opacity: { domain: [0, 1] },
    },
    table: {
      caption: `Reach of each head at ${formatCount(longest)} positions`,
      head: ['head', 'kind', 'half-life', 'median', '90 % below', 'farthest', 'tiles skipped', 'score bound'],
      words: [1],
      rows: heads.map(({ attention, head, kind, halfLife, span, lengths, scoreBound }) => [
        `attention ${attention}, head ${head}`,
        kind,
        formatHalfLife(halfLife),
        formatCount(span.median),
        formatCount(span.most90),
        formatCount(span.most),
        formatShare(lengths.at(-1)?.skipped ?? 0),
        formatNumber(scoreBound),
      ]),
    },
  });
}

function drawSkipped(kit: ChartKit, { heads, grid }: Measured): Markup {
  const { Plot } = kit;
  const lines = HEAD_KINDS.map((kind) => ({
    kind,
    points: skippedByLength(heads.filter((head) => head.kind === kind)),
  })).filter(({ points }) => points.length > 0);
  const all = skippedByLength(heads);
  const lengths = all.map(({ length }) => length);
  const key: ChartKey[] = lines.map(({ kind }) => ({ label: `${kind} heads`, ...LOOKS[kind] }));
  return drawChart(kit, {
    title: 'Tiles that may be skipped, by length',
    description: `Of the tiles on and below the diagonal, ${grid.rows} rows by ${grid.keys} keys each, the share that lies beyond the reach, on average over the heads of a kind. It is ${formatShare(all.at(-1)?.skipped ?? 0)} of all at the longest length.`,
    key: [...key, { label: 'all heads', colour: 'var(--soft)', shape: 'dash' }],
    options: {
      height: 300,
      x: { ...logAxis('positions', lengths, lengths), grid: false },
      y: { label: 'share skipped, %', domain: [0, 100], grid: true },
      marks: [
        Plot.lineY(all, {
          x: 'length',
          y: ({ skipped }) => 100 * skipped,
          stroke: 'var(--soft)',
          strokeDasharray: '5 3',
          strokeWidth: 2,
        }),
        ...lines.flatMap(({ kind, points }) => [
          Plot.lineY(points, {
            x: 'length',
            y: ({ skipped }) => 100 * skipped,
            stroke: LOOKS[kind].colour,
            strokeOpacity: 0.7,
            strokeWidth: 2,
          }),
          Plot.dot(points, {
            x: 'length',
            y: ({ skipped }) => 100 * skipped,
            stroke: LOOKS[kind].colour,
            symbol: LOOKS[kind].shape,
            strokeWidth: 2,
            r: 4,
          }),
        ]),
      ],
    },
    table: {
      caption: 'Share of tiles that may be skipped',
      head: ['positions', ...lines.map(({ kind }) => kind), 'all heads'],
      rows: all.map(({ length, skipped }) => [
        formatCount(length),
        ...lines.map(({ points }) => {
          const at = points.find((point) => point.length === length);
          return at === undefined ? '' : formatShare(at.skipped);
        }),
        formatShare(skipped),
      ]),
    },
  });
}

function drawGains({ gains }: Measured, points: readonly LatencyPoint[]): Markup | undefined {
  if (gains.length === 0) return undefined;
  const isAlone = ({ batch }: LatencyPoint) => batch === undefined || batch === 1;
  const groups = [...new Set(points.filter(isAlone).map(({ group }) => group))];
  return html`${drawTable({
    caption: html`Gain over the original, predicted by operations and measured`,
    head: [
      'positions',
      'attention, of all operations',
      'operations left in it',
      'predicted for attention',
      'predicted for the model',
      ...groups.map((group) => html`measured, ${modelText(group, 60)}`),
    ],
    rows: gains.map(({ length, attentionShare, workLeft, attention, model }) => [
      formatCount(length),
      formatShare(attentionShare),
      formatShare(workLeft),
      formatTimes(attention),
      formatTimes(model),
      ...groups.map((group) => {
        const point = points.find((each) => isAlone(each) && each.group === group && each.length === length);
        return point === undefined ? 'not measured' : formatTimes(point.speedup);
      }),
    ]),
  })}<p class="note">Operations are not time: attention as it is written out in a file is bound by memory, so it may gain more than they tell; what else a run does may gain less, and passes other than this one change the measured figure too. A form for a target may also skip less than may be skipped, where skipping costs more time than it saves.</p>
`;
}

function drawHolding({ holding }: Measured): Markup | undefined {
  if (holding.length === 0) return undefined;
  return drawTable({
    caption: html`Heads that hold it back: most of what is left at the longest length`,
    head: ['head', 'share of what is left', 'the model without its reach'],
    rows: holding.map(({ attention, head, share, modelWithout }) => [
      `attention ${attention}, head ${head}`,
      formatShare(share),
      `${formatTimes(modelWithout)} as fast`,
    ]),
  });
}

function drawOthers({ others }: Measured): Markup | undefined {
  if (others.length === 0) return undefined;
  return drawTable({
    caption: html`Attention without a known reach${others.length > MOST_OTHERS ? `, the first ${MOST_OTHERS} of ${formatCount(others.length)}` : ''}`,
    head: ['attention', 'reason'],
    words: [1],
    rows: others
      .slice(0, MOST_OTHERS)
      .map(({ attention, reason }) => [`attention ${attention}`, modelText(reason, 300)]),
  });
}

function formatTimes(ratio: number): string {
  return `${ratio.toFixed(2)} ×`;
}
