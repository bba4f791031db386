/**
 * Reads every .onnx file under the given folders with the built `@sentei/ir`, writes it in memory and compares the bytes.
 *
 *     node tools/conformance/round-trip.mjs <folder or file> ...
 *
 * Prints one line per file that differs or cannot be read, then the counts. Exit code 0 when every file comes back byte
 * for byte, 1 when one does not, 2 when there is nothing to compare.
 */
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { readModelBytes, writeModelBytes } from '@sentei/ir';
import { modelsUnder } from './model-files.mjs';

/** What differs, or an empty text. @param {string} path @returns {string} */
function difference(path) {
  const bytes = readFileSync(path);
  try {
    const written = writeModelBytes(readModelBytes(bytes, { folder: dirname(resolve(path)) }));
    const at = bytes.findIndex((byte, index) => byte !== written[index]);
    if (at === -1 && written.length === bytes.length) return '';
    const first = at === -1 ? bytes.length : at;
    return `${bytes.length} bytes became ${written.length}, the first difference is at byte ${first}`;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return `${'code' in error ? error.code : error.name}: ${error.message}`;
  }
}

/** @param {string} line */
function print(line) {
  process.stdout.write(`${line}\n`);
}

const places = process.argv.slice(2);
const files = places.flatMap(modelsUnder);
if (files.length === 0) {
  print('usage: node tools/conformance/round-trip.mjs <folder or file> ...   (no .onnx file found)');
  process.exit(2);
}
const different = files.map((path) => ({ path, why: difference(path) })).filter(({ why }) => why !== '');
const width = Math.max(0, ...different.map(({ path }) => relative('.', path).length));
for (const { path, why } of different) print(`${relative('.', path).padEnd(width)}  ${why}`);
print(`${files.length - different.length} same, ${different.length} different`);
process.exit(different.length === 0 ? 0 : 1);
