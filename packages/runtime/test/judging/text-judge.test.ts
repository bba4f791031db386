import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Model, readModelBytes, Tensor } from '@sentei/ir';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { createTextJudge, longestWindow, spreadWindows } from '../../src/judging/text-judge.ts';
import { startEngine } from '../../src/process/engine.ts';
import { modelFile } from '../support/model-file.ts';
import { bigramModel, identityModel, positionalModel, tinyModel } from '../support/tiny-model.ts';

/** After byte 1 comes byte 2 with probability one half, everything else is uniform: 8 bits. */
function bigrams(): Float32Array {
  const table = new Float32Array(65536);
  table[1 * 256 + 2] = Math.log(255);
  return table;
}

const pairs = (count: number, a: number, b: number) =>
  Uint8Array.from({ length: 2 * count }, (_, index) => (index % 2 === 0 ? a : b));

async function emptyFolder(): Promise<string> {
  return dirname(await modelFile(new Uint8Array()));
}

test('each split is scored on its own text and no trial model stays', async () => {
  const folder = await emptyFolder();
  const before = await readdir(folder);
  const judge = createTextJudge({
    folder,
    splits: { selection: pairs(8, 1, 2), heldout: pairs(8, 3, 4) },
    windowLength: 2,
    threads: 1,
  });
  const model = readModelBytes(bigramModel(bigrams()));
  expect(judge.metric).toEqual({ name: 'bits per byte', lowerIsBetter: true });
  expect(await judge.measure(model, 'selection')).toBeCloseTo(1, 5);
  expect(await judge.measure(model, 'heldout')).toBeCloseTo(8, 5);
  expect(await readdir(folder)).toEqual(before);
  await expect(judge.measure(model, 'calibration')).rejects.toMatchObject({ code: 'invalid-data' });
});

test('a model whose logits are not numbers is infinitely bad', async () => {
  const model = readModelBytes(bigramModel(bigrams()));
  const table = [...model.graph.initializers][0];
  if (table)
    model.graph.addInitializer(table, Tensor.floats(new Float32Array(65536).fill(Number.NaN), [256, 256]));
  const judge = createTextJudge({
    folder: await emptyFolder(),
    splits: { selection: pairs(8, 1, 2) },
    windowLength: 4,
  });
  expect(await judge.measure(model, 'selection')).toBe(Number.POSITIVE_INFINITY);
});

test('a model that is no byte-level language model cannot be judged, and no trial model stays', async () => {
  const folder = await emptyFolder();
  const before = await readdir(folder);
  const model: Model = readModelBytes(identityModel(1, ['n', 4]));
  const judge = createTextJudge({ folder, splits: { selection: pairs(8, 1, 2) }, windowLength: 4 });
  await expect(judge.measure(model, 'selection')).rejects.toMatchObject({ code: 'unsupported-model' });
  expect(await readdir(folder)).toEqual(before);
});

test('an aborted signal cancels a measurement', async () => {
  const judge = createTextJudge({
    folder: await emptyFolder(),
    splits: { selection: pairs(8, 1, 2) },
    windowLength: 4,
    signal: AbortSignal.abort(),
  });
  const measuring = judge.measure(readModelBytes(bigramModel(bigrams())), 'selection');
  await expect(measuring).rejects.toMatchObject({ code: 'cancelled' });
});

test('windows are spread over the whole text and never overlap', () => {
  const text = Uint8Array.from({ length: 100 }, (_, index) => index);
  expect([...spreadWindows(text, 2, 10)]).toEqual([...text.subarray(0, 10), ...text.subarray(50, 60)]);
  expect([...spreadWindows(text, 3, 30)]).toEqual([...text.subarray(0, 90)]);
  const sizes = fc.tuple(
    fc.integer({ min: 0, max: 250 }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 40 }),
  );
  fc.assert(
    fc.property(sizes, ([length, windows, windowLength]) => {
      const numbered = Uint8Array.from({ length }, (_, index) => index);
      const spread = [...spreadWindows(numbered, windows, windowLength)];
      expect(spread.length).toBe(Math.min(windows, Math.floor(length / windowLength)) * windowLength);
      expect(new Set(spread).size).toBe(spread.length);
      expect(spread).toEqual(spread.toSorted((a, b) => a - b));
    }),
  );
});

test('the longest window is found by running the model', async () => {
  const engine = await startEngine({ threads: 1 });
  onTestFinished(() => engine.close());
  const limited = await engine.load(await modelFile(positionalModel(bigrams(), 200)));
  expect(await longestWindow(limited)).toBe(128);
  const fixed = tinyModel({
    inputs: [{ name: 'bytes', type: 7, dims: [1, 48] }],
    outputs: [{ name: 'scores', type: 1, dims: [1, 48, 256] }],
    nodes: [{ op: 'Gather', inputs: ['table', 'bytes'], outputs: ['scores'] }],
    initializers: [{ name: 'table', type: 1, dims: [256, 256], bytes: new Uint8Array(bigrams().buffer) }],
  });
  expect(await longestWindow(await engine.load(await modelFile(fixed)))).toBe(48);
  const none = await engine.load(await modelFile(positionalModel(bigrams(), 3)));
  expect(await longestWindow(none)).toBeUndefined();
});
