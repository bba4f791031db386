import type { Report, TileFacts } from '../../json/types.ts';
import { formatCount, formatShare } from '../../text/format.ts';
import { type ChartKit, drawChart } from '../chart.ts';
import { html, type Markup, modelText } from '../markup.ts';

/** Rows of a heat map. */
const MOST_LAYERS = 96;
/** Heat maps with more cells than this have no numbers in them. */
const MOST_NUMBERS = 400;

/** The share of attention tiles that each head leaves out, where that was counted on data. */
export function drawTiles(kit: ChartKit, { tiles }: Report): Markup {
  return html`<section aria-labelledby="tiles"><h2 id="tiles">Tiles skipped per head</h2>
${
  tiles === undefined || tiles.status === 'skipped'
    ? html`<p>Not measured: ${modelText(tiles?.reason ?? 'the report does not have it')}.</p>`
    : drawHeatMap(kit, tiles)
}
</section>
`;
}

function drawHeatMap(
  kit: ChartKit,
  { length, windows, heads }: Extract<TileFacts, { status: 'done' }>,
): Markup {
  const { Plot } = kit;
  const shown = heads.slice(0, MOST_LAYERS);
  const cells = shown.flatMap(({ attention, skipped }) =>
    skipped.map((share, head) => ({ attention, head, share, text: `${Math.round(100 * share)}` })),
  );
  const widest = Math.max(0, ...shown.map(({ skipped }) => skipped.length));
  const all = heads.flatMap(({ skipped }) => skipped);
  const mean = all.reduce((sum, share) => sum + share, 0) / Math.max(all.length, 1);
  return drawChart(kit, {
    title: 'Tiles of attention that are skipped, in per cent',
    description: `Of the keys before each block of queries, the share that the pruned model skips, in whole tiles: ${formatShare(mean)} on average. Counted in the model itself on ${formatCount(windows)} windows of ${formatCount(length)} positions of held-out data; it depends on the data.`,
    key: [{ label: 'the stronger the fill, the more is skipped', colour: 'var(--heat)', shape: 'square' }],
    ...(heads.length > shown.length
      ? { note: `The first ${shown.length} of ${formatCount(heads.length)} attentions; the table has all.` }
      : {}),
    options: {
      height: 90 + 34 * shown.length,
      x: {
        type: 'band',
        label: 'head',
        domain: Array.from({ length: widest }, (_, head) => head),
        padding: 0.06,
      },
      y: { type: 'band', label: 'attention', domain: shown.map(({ attention }) => attention), padding: 0.06 },
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
    },
    table: {
      caption: 'Share of tiles that each head skips',
      head: ['attention', ...Array.from({ length: widest }, (_, head) => `head ${head}`)],
      rows: heads.map(({ attention, skipped }) => [
        `attention ${attention}`,
        ...Array.from({ length: widest }, (_, head) =>
          skipped[head] === undefined ? '' : formatShare(skipped[head]),
        ),
      ]),
    },
  });
}
