/**
 * Reads what `check-data.py` wrote, with `@sentei/data`, and writes what it found beside it:
 *
 *     node tools/conformance/read-data.mjs <folder>
 *
 * `<folder>/cases.json` is a list of cases, texts with a tokenizer or arrays; the examples go to `<folder>/found.json`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { arraysDataset, jsonLinesDataset, openTokenizer, tokenWindowsDataset } from '@sentei/data';

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {'pairs' | 'windows' | 'array'} kind
 * @property {string} path
 * @property {string} [tokenizer]
 * @property {'sets' | 'sequence'} [pairs]
 * @property {number} [length]
 * @property {string} [array]
 * @property {import('@sentei/data').TensorType} [type]
 */

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: read-data.mjs <folder>');

/** @type {Case[]} */
const cases = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));
const inputs = /** @type {const} */ ({
  input_ids: { name: 'ids', type: 'int64' },
  token_type_ids: { name: 'types', type: 'int64' },
});

/** @param {Case} each */
async function open({ kind, path, tokenizer: file = '', pairs, length = 0, array = '', type = 'float32' }) {
  const place = join(folder ?? '', path);
  if (kind === 'array')
    return arraysDataset({ path: place, arrays: { [array]: { name: 'x', type, nonFinite: true } } });
  const tokenizer = await openTokenizer(join(folder ?? '', file));
  if (kind === 'windows') return tokenWindowsDataset({ path: place, tokenizer, inputs, length });
  const text = { fields: ['a', 'b'], tokenizer, inputs, pairs, maxLength: length };
  return jsonLinesDataset({ path: place, text });
}

/** @type {Record<string, unknown>} */
const found = {};
for (const each of cases) {
  const rows = [];
  for await (const example of (await open(each)).read()) {
    rows.push(
      example.inputs.map((set) =>
        Object.fromEntries(
          Object.entries(set).map(([name, { dims, data }]) => [
            name,
            { dims, data: Array.from(data, String) },
          ]),
        ),
      ),
    );
  }
  found[each.name] = rows;
}
writeFileSync(join(folder, 'found.json'), JSON.stringify(found));
