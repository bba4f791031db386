/**
 * Prunes every .onnx file of a folder with `acp` and compares its outputs with those of the original in ONNX Runtime, for
 * several batches, lengths and lengths of a past.
 *
 *     node tools/exporters/check-forgetting.mjs FOLDER [--fused] [PART-OF-NAME ...]
 *
 * FOLDER is what `export-forgetting.py` or `export-biases.py` wrote: inputs `tokens`, and perhaps `attention_mask` and
 * `past_…`. Rows that a mask hides, and rows that are not a number in the original, are not compared. Prints one line per
 * file: applied or refused with the reason, and the largest difference. Exit code 1 when a difference is too large.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readModel, runPipeline, verify, writeModelBytes } from '@sentei/ir';
import { acp } from '@sentei/pass-acp';
import ort from 'onnxruntime-node';

/** Largest difference of logits, by whether the model computes in half precision. */
const TOLERANCE = { half: 3e-2, whole: 2e-4 };

/** Small blocks, so that short inputs already have many. */
const SMALL = { block: 16, tile: 4, whole: 20 };

/** Batch, length, length of the past. */
const SIZES = [
  [2, 24, 8],
  [1, 1, 0],
  [3, 70, 13],
];

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const CONTEXT = { logger: SILENT, judge: undefined, maxDrop: 0.01, progress: () => undefined };

/** Numbers that look random and are the same in every run. @param {number} count @param {(i: number) => number} make */
const floats = (count, make) => Float32Array.from({ length: count }, (_, i) => make(i));

/** @param {import('@sentei/ir').Model} model @param {readonly number[]} sizes */
function feedsFor(model, [batch, length, past]) {
  const entries = model.graph.inputs.map(({ name, type, shape }) => {
    const dims = (shape ?? []).map((extent, axis) =>
      typeof extent === 'number'
        ? extent
        : axis === 0
          ? batch
          : String(extent).includes('past')
            ? past
            : length,
    );
    const count = dims.reduce((product, extent) => product * extent, 1);
    const elementType = type?.kind === 'tensor' ? type.elementType : 'float32';
    if (name.includes('mask')) {
      // Padding on the left of even sequences and on the right of odd ones; on the right alone in the last batch.
      const shown = floats(count, (i) => {
        const [position, sequence] = [i % length, Math.floor(i / length)];
        const isLeft = batch !== 3 && sequence % 2 === 0;
        return isLeft
          ? +(position >= Math.min(3, length - 1))
          : +(position < length - Math.min(5, length - 1));
      });
      const data = elementType === 'bool' ? Uint8Array.from(shown) : BigInt64Array.from(shown, BigInt);
      return [name, new ort.Tensor(elementType === 'bool' ? 'bool' : 'int64', data, dims)];
    }
    if (elementType === 'int64') {
      const tokens = BigInt64Array.from({ length: count }, (_, i) => BigInt((i * 37 + 11) % 61));
      return [name, new ort.Tensor('int64', tokens, dims)];
    }
    const isGates = name.includes('gates');
    const data = floats(count, (i) => (isGates ? -Math.abs(Math.sin(i)) : Math.sin(i * 1.7)));
    return [name, new ort.Tensor('float32', data, dims)];
  });
  return Object.fromEntries(entries);
}

/** @param {Float32Array} a @param {Float32Array} b @param {(index: number) => boolean} isShown */
function largestDifference(a, b, isShown) {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((most, x, index) => {
    if (Number.isNaN(x) || !isShown(index)) return most;
    const difference = Math.abs(x - (b[index] ?? Number.NaN));
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference);
  }, 0);
}

/** @param {import('@sentei/ir').Model} model @param {Uint8Array} before @param {Uint8Array} after */
async function compare(model, before, after) {
  const original = await ort.InferenceSession.create(before, { logSeverityLevel: 4 });
  const pruned = await ort.InferenceSession.create(after, { logSeverityLevel: 4 });
  let most = 0;
  for (const sizes of SIZES) {
    const feeds = feedsFor(model, sizes);
    const [x, y] = [await original.run(feeds), await pruned.run(feeds)];
    const [batch = 1, length = 1] = sizes;
    const mask = feeds.attention_mask?.data;
    for (const name of original.outputNames) {
      const [a, b] = [x[name]?.data, y[name]?.data];
      const width = a.length / (batch * length);
      const isShown = (/** @type {number} */ index) =>
        mask === undefined || Number(mask[Math.floor(index / width)]) !== 0;
      most = Math.max(most, largestDifference(a, b, isShown));
    }
  }
  await Promise.all([original.release(), pruned.release()]);
  return most;
}

/** @param {string} line */
const print = (line) => process.stdout.write(`${line}\n`);

const isFused = process.argv.includes('--fused');
const [folder = '.', ...parts] = process.argv.slice(2).filter((argument) => argument !== '--fused');
const pass = isFused ? acp({ form: 'fused' }) : acp(SMALL);
const files = readdirSync(folder).filter(
  (file) => file.endsWith('.onnx') && (parts.length === 0 || parts.some((part) => file.includes(part))),
);
for (const file of files.sort()) {
  const name = file.replace(/\.onnx$/, '').padEnd(40);
  try {
    const model = await readModel(join(folder, file));
    const before = writeModelBytes(model);
    const records = await runPipeline(model, [pass], CONTEXT);
    const patches = records.flatMap((record) => record.patches);
    const refusals = [
      ...new Set(patches.filter((patch) => patch.decision !== 'applied').map(({ reason }) => reason)),
    ];
    const applied = patches.length - patches.filter((patch) => patch.decision !== 'applied').length;
    if (applied === 0) {
      print(`${name} refused: ${patches.length === 0 ? 'no attention found' : refusals[0]}`);
      continue;
    }
    const [problem] = verify(model);
    if (problem !== undefined) throw new Error(`invalid: ${problem.message}`);
    const difference = await compare(model, before, writeModelBytes(model));
    const limit = /half|float16|mixed/.test(file) ? TOLERANCE.half : TOLERANCE.whole;
    const isWrong = !(difference <= limit);
    if (isWrong) process.exitCode = 1;
    const bounds = patches.flatMap(({ scores }) =>
      scores.scoreBound === undefined ? [] : [scores.scoreBound.toFixed(1)],
    );
    print(
      `${name} ${applied} applied, U ${bounds.join(' ') || '-'}, difference ${difference.toExponential(1)}${isWrong ? ' TOO LARGE' : ''}${refusals.length > 0 ? `, and refused: ${refusals[0]}` : ''}`,
    );
  } catch (error) {
    print(`${name} failed: ${String(error instanceof Error ? error.message : error).slice(0, 160)}`);
  }
}
