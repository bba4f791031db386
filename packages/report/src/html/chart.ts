import type { PlotOptions } from '@observablehq/plot';
import { formatNumber } from '../text/format.ts';
import { type Content, html, Markup } from './markup.ts';
import { drawTable, type TableFields } from './table.ts';

/** The library that draws charts, and the document it draws them in. */
export interface ChartKit {
  readonly Plot: typeof import('@observablehq/plot');
  readonly document: NonNullable<PlotOptions['document']>;
}

/** A chart with its words: whoever cannot see it reads the table. */
export interface ChartFields {
  readonly title: string;
  /** What there is to see, in a sentence or two. */
  readonly description: string;
  /** What a reader has to know to read it: which mark means what. */
  readonly key?: readonly ChartKey[];
  readonly note?: Content;
  readonly options: PlotOptions;
  readonly table: TableFields;
}

/** One kind of mark. Colours are variables of the page's style, and never the only difference. */
export interface ChartKey {
  readonly label: string;
  readonly colour: string;
  readonly shape: MarkShape;
}

export type MarkShape = 'circle' | 'square' | 'triangle' | 'diamond' | 'cross' | 'dash';

/** Units of the drawing; it is scaled to the width there is. */
const WIDTH = 680;
const FONT_SIZE = 13;

/** Loads what draws charts; only pages need it, so nothing else pays for it. */
export async function loadChartKit(): Promise<ChartKit> {
  const [Plot, { parseHTML }] = await Promise.all([import('@observablehq/plot'), import('linkedom')]);
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  return { Plot, document };
}

/**
 * Draws a chart as SVG in the page, with its title and description for readers of screens and its numbers as a table.
 *
 * The library writes text through the DOM, which escapes it. It is given no mark that needs an id, since it counts ids per
 * process and pages of equal reports are to be equal.
 */
export function drawChart(kit: ChartKit, fields: ChartFields): Markup {
  const { Plot, document } = kit;
  const { title, description, key = [], note, options, table } = fields;
  const chart = Plot.plot({
    width: WIDTH,
    marginLeft: 64,
    marginTop: 34,
    marginBottom: 44,
    insetLeft: 8,
    insetRight: 8,
    style: { fontSize: `${FONT_SIZE}px` },
    ...options,
    className: 'chart',
    document,
  });
  for (const style of [...chart.querySelectorAll('style')]) style.remove();
  const svg = chart.outerHTML.replace(/^<svg /, () =>
    html`<svg role="img" aria-label="${title}" `.toString(),
  );
  const named = svg.replace('>', () => html`><title>${title}</title><desc>${description}</desc>`.toString());
  return html`<figure>
<figcaption><h3>${title}</h3><p>${description}</p>${drawKey(key)}</figcaption>
<div class="scroll" tabindex="0" role="group" aria-label="Chart, scrolls sideways">${Markup.trusted(named)}</div>
${note === undefined ? undefined : html`<p class="note">${note}</p>`}
<details><summary>The same as a table</summary>
${drawTable(table)}</details>
</figure>
`;
}

/**
 * A logarithmic axis for positive figures: a little wider than they are, with ticks at 1, 2 and 5 times powers of ten, or at
 * powers alone where there are many of those.
 *
 * @param at ticks instead, as of the few sizes that were measured
 */
export function logAxis(label: string, figures: readonly number[], at?: readonly number[]) {
  const lowest = Math.min(...figures) / 1.15;
  const highest = Math.max(...figures) * 1.15;
  const decades = Math.log10(highest / lowest);
  const steps = decades > 3.5 ? [1] : decades > 0.5 ? [1, 2, 5] : [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9];
  const powers = Array.from(
    { length: Math.ceil(decades) + 2 },
    (_, index) => 10 ** (Math.floor(Math.log10(lowest)) + index),
  );
  const regular = powers.flatMap((power) => steps.map((step) => step * power));
  const ticks = (at ?? regular).filter((tick) => tick >= lowest && tick <= highest);
  return { type: 'log', label, domain: [lowest, highest], ticks, tickFormat: formatNumber } as const;
}

/** Paths of marks of about 10 units, as the charts draw them. */
const SHAPES: Readonly<Record<MarkShape, string>> = {
  circle: 'M4,0A4,4,0,1,1,-4,0A4,4,0,1,1,4,0Z',
  square: 'M-3.6,-3.6H3.6V3.6H-3.6Z',
  triangle: 'M0,-4.6L4,3.2H-4Z',
  diamond: 'M0,-5L4,0L0,5L-4,0Z',
  cross: 'M-4,-4L4,4M-4,4L4,-4',
  dash: 'M-10,0H-5M-2,0H3M6,0H10',
};

function drawKey(key: readonly ChartKey[]): Content {
  if (key.length === 0) return undefined;
  const items = key.map(
    ({ label, colour, shape }) =>
      html`<li><svg class="mark" viewBox="-11 -7 22 14" aria-hidden="true"><path d="${SHAPES[shape]}" style="stroke:${colour}"/></svg>${label}</li>`,
  );
  return html`<ul class="key">${items}</ul>`;
}
