/** The entry points of the fuzzer; each takes bytes. `SENTEI_FUZZ_FINDINGS` names the folder for findings. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkModel, makeModelFolder, withinMemory } from './check-model.mjs';
import { checkModelText, checkPipeline } from './check-text.mjs';
import { applyEdits } from './edits.mjs';
import { writeFinding } from './findings.mjs';

const findings = process.env.SENTEI_FUZZ_FINDINGS ?? 'out/fuzz/findings';
const corpus = join(dirname(fileURLToPath(import.meta.url)), 'corpus/model');
const folder = makeModelFolder();
const seeds = readdirSync(corpus)
  .sort()
  .map((name) => new Uint8Array(readFileSync(join(corpus, name))))
  .filter((bytes) => bytes.length < 8192);

/** @param {string} target @param {Uint8Array} bytes @param {() => unknown} check */
function report(target, bytes, check) {
  try {
    withinMemory(check);
  } catch (error) {
    writeFinding(findings, target, bytes, error);
  }
}

/** The bytes of a model file. @param {Buffer} data */
export function model(data) {
  // A copy: the fuzzer's own memory must not be kept by views.
  const bytes = new Uint8Array(data);
  report('model', bytes, () => checkModel(bytes, folder));
}

/** A recipe of structural edits. @param {Buffer} data */
export function edits(data) {
  const bytes = applyEdits(data, seeds);
  report('edits', bytes, () => checkModel(bytes, folder));
}

/** The text of a pipeline. @param {Buffer} data */
export function pipeline(data) {
  const text = data.toString('utf8');
  report('pipeline', data, () => checkPipeline(text));
}

/** The textual form of a model. @param {Buffer} data */
export function text(data) {
  const written = data.toString('utf8');
  report('text', data, () => checkModelText(written));
}
