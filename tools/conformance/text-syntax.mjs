/**
 * Half of text-syntax.py: for every <name>.onnx in FOLDER, prints it with `@sentei/ir` to <name>.ours.txt, checks that this
 * text reads back to itself, and reads what the ONNX printer made of it, <name>.onnx.txt.
 *
 *     node tools/conformance/text-syntax.mjs <folder>
 *
 * Prints a JSON object from names to what went wrong, `ours` for our own text and `theirs` for that of the ONNX printer.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseModel, printModel, readModelBytes } from '@sentei/ir';

/** @param {() => void} run @returns {string | undefined} */
function failure(run) {
  try {
    run();
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return `${'code' in error ? error.code : error.name}: ${error.message}`;
  }
}

const folder = process.argv[2] ?? '.';
/** @type {Record<string, { ours?: string | undefined, theirs?: string | undefined }>} */
const report = {};
for (const file of readdirSync(folder)) {
  if (!file.endsWith('.onnx')) continue;
  const name = file.slice(0, -'.onnx'.length);
  const ours = failure(() => {
    const text = printModel(readModelBytes(readFileSync(join(folder, file)), { folder }));
    writeFileSync(join(folder, `${name}.ours.txt`), text);
    if (printModel(parseModel(text, { folder })) !== text)
      throw new Error('the text changes when it is read and printed');
  });
  const path = join(folder, `${name}.onnx.txt`);
  const theirs = failure(() => existsSync(path) && parseModel(readFileSync(path, 'utf8'), { folder }));
  if (ours !== undefined || theirs !== undefined) report[name] = { ours, theirs };
}
process.stdout.write(JSON.stringify(report));
