import { formatCount, formatNumber } from '../text/format.ts';
import { wordsOf } from '../text/scores.ts';
import { type Content, html, type Markup, modelText } from './markup.ts';
import { drawFacts, drawTable } from './table.ts';

const MOST_ROWS = 100;
const MOST_COLUMNS = 12;
const MOST_FACTS = 60;
const DEPTH = 6;

/** Long lists of numbers are for machines. */
const isSeries = (value: unknown) => Array.isArray(value) && value.length > 8 && typeof value[0] === 'number';

/**
 * Draws plain data as it is: objects as names and values, lists of objects as tables, whatever lies deeper below. It is for
 * parts of files that say themselves what they are.
 */
export function drawPlain(value: unknown, caption: string, depth = DEPTH): Markup {
  if (Array.isArray(value) && value.some(isObject)) return drawRows(value, caption);
  if (!isObject(value)) return html`<p>${drawCell(value)}</p>`;
  const entries = Object.entries(value).filter(([, each]) => !isSeries(each));
  const flat = entries.filter(([, each]) => isFlat(each)).slice(0, MOST_FACTS);
  const nested = depth === 0 ? [] : entries.filter(([, each]) => !isFlat(each)).slice(0, MOST_FACTS);
  return html`${flat.length > 0 ? drawFacts(flat.map(([name, each]) => [modelText(wordsOf(name), 60), drawCell(each)])) : undefined}${nested.map(
    ([name, each]) =>
      html`${Array.isArray(each) ? undefined : html`<h3>${modelText(wordsOf(name), 80)}</h3>`}${drawPlain(each, wordsOf(name), depth - 1)}`,
  )}`;
}

function drawRows(list: readonly unknown[], caption: string): Markup {
  const rows = list.filter(isObject).map(flatten);
  const names = [...new Set(rows.slice(0, MOST_ROWS).flatMap((row) => [...row.keys()]))].slice(
    0,
    MOST_COLUMNS,
  );
  const isWords = (name: string) => rows.some((row) => typeof row.get(name) === 'string');
  const more = rows.length > MOST_ROWS ? `, the first ${MOST_ROWS} of ${formatCount(rows.length)}` : '';
  return drawTable({
    caption: html`${modelText(`${caption.slice(0, 1).toUpperCase()}${caption.slice(1)}`, 80)}${more}`,
    head: names.map((name) => modelText(wordsOf(name), 40)),
    rows: rows.slice(0, MOST_ROWS).map((row) => names.map((name) => drawCell(row.get(name)))),
    words: names.flatMap((name, column) => (isWords(name) ? [column] : [])),
  });
}

/** Fields of fields as fields, with both names: `interval: { lower }` as `interval lower`. */
function flatten(object: Readonly<Record<string, unknown>>): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const [name, value] of Object.entries(object)) {
    if (isSeries(value)) continue;
    if (isObject(value)) {
      for (const [inner, each] of Object.entries(value))
        if (isFlat(each)) fields.set(`${name} ${inner}`, each);
    } else fields.set(name, value);
  }
  return fields;
}

function drawCell(value: unknown): Content {
  if (value === undefined || value === '') return '';
  if (value === null) return 'not measured';
  if (typeof value === 'number') return Number.isInteger(value) ? formatCount(value) : formatNumber(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return modelText(value.slice(0, 20).map(textOf).join(', '), 300);
  return modelText(textOf(value), 400);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFlat(value: unknown): boolean {
  return !isObject(value) && !(Array.isArray(value) && value.some(isObject));
}
