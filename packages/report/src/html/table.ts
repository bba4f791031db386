import { type Content, html, type Markup } from './markup.ts';

/** A table of figures: the first cell of a row names it. */
export interface TableFields {
  readonly caption: Content;
  readonly head: readonly Content[];
  readonly rows: readonly (readonly Content[])[];
  /** Columns whose cells are words, and so stand on the left; the first one always does. */
  readonly words?: readonly number[];
}

/** A table that can be read aloud: it has a caption, and each cell a head in its row and its column. */
export function drawTable({ caption, head, rows, words = [] }: TableFields): Markup {
  const align = (column: number) => (column === 0 || words.includes(column) ? 'words' : 'figure');
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Table, scrolls sideways"><table>
<caption>${caption}</caption>
<thead><tr>${head.map((cell, column) => html`<th scope="col" class="${align(column)}">${cell}</th>`)}</tr></thead>
<tbody>
${rows.map(
  ([name, ...cells]) =>
    html`<tr><th scope="row">${name}</th>${cells.map((cell, index) => html`<td class="${align(index + 1)}">${cell}</td>`)}</tr>
`,
)}</tbody></table></div>
`;
}

/** A list of names and what they stand for. */
export function drawFacts(facts: readonly (readonly [Content, Content])[]): Markup {
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
`;
}
