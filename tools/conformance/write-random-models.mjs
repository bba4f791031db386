// Writes random models of the published generators to a folder, for `check-models.py` to look at:
// `node tools/conformance/write-random-models.mjs folder [count]`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeModelBytes } from '@sentei/ir';
import { validModel } from '@sentei/ir/testing';
import fc from 'fast-check';

const [folder, count = '300'] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: write-random-models.mjs folder [count]');
mkdirSync(folder, { recursive: true });
for (const [index, model] of fc.sample(validModel(), { numRuns: Number(count), seed: 14 }).entries()) {
  writeFileSync(join(folder, `random-${index}.onnx`), writeModelBytes(model));
}
