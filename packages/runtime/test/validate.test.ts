import { hostTensor } from '@sentei/data';
import { readModelBytes, setInputDefault, writeModelBytes } from '@sentei/ir';
import { expect, test } from 'vitest';
import { meanMetric } from '../src/metrics/metric.ts';
import { validatePair } from '../src/validate.ts';
import { example, listDataset } from './support/list-dataset.ts';
import { modelFile } from './support/model-file.ts';
import {
  bigramModel,
  doublingModel,
  gatedModel,
  identityModel,
  positionalModel,
} from './support/tiny-model.ts';

const table = (value: number) => new Float32Array(65536).fill(value);

test('quality, fidelity and speed of a byte-level language model', async () => {
  const original = await modelFile(positionalModel(table(0), 300));
  const candidate = await modelFile(bigramModel(table(1)));
  const result = await validatePair({
    original,
    candidate,
    heldout: new Uint8Array(2000),
    threads: 1,
    effort: 'short',
  });
  if (result.status !== 'done') throw new Error(result.reason);
  expect(result.quality.map(({ windowLength, original: bits }) => [windowLength, bits])).toEqual([
    [256, expect.closeTo(8, 9)],
  ]);
  expect(result.fidelity).toHaveLength(8);
  expect(result.speed.map(({ label }) => label)).toEqual(['length 64']);
  expect(new Set(result.leftOut.map(({ part }) => part))).toEqual(new Set(['quality', 'speed']));
  expect(result.threads).toBe(1);
});

test('a model that ONNX Runtime does not load cannot be validated, which is said', async () => {
  const path = await modelFile(identityModel(1, [4], { irVersion: 99 }));
  expect(await validatePair({ original: path, candidate: path })).toEqual({
    status: 'impossible',
    reason: expect.stringContaining('IR version'),
  });
});

test('a model that nothing can be made up for is left out as a whole', async () => {
  const path = await modelFile(identityModel(1, [2 ** 16, 2 ** 16, 'n']));
  const result = await validatePair({ original: path, candidate: path, effort: 'short' });
  expect(result).toMatchObject({
    status: 'done',
    fidelity: [],
    speed: [],
    leftOut: [
      { part: 'fidelity', what: 'all sizes', reason: expect.stringContaining('too large') },
      { part: 'speed', what: 'all sizes', reason: expect.stringContaining('too large') },
    ],
  });
});

test('an aborted signal cancels', async () => {
  const path = await modelFile(bigramModel(table(0)));
  const validating = validatePair({ original: path, candidate: path, signal: AbortSignal.timeout(400) });
  await expect(validating).rejects.toMatchObject({ code: 'cancelled' });
});

test('gates of the candidate are fed what its metadata says', async () => {
  const original = await modelFile(doublingModel());
  const skipping = async (skip: boolean) => {
    const model = readModelBytes(gatedModel());
    setInputDefault(model, 'gates', [skip]);
    const candidate = await modelFile(writeModelBytes(model));
    const dataset = listDataset([example({ x: hostTensor('float32', [4], Float32Array.of(1, 2, 3, 4)) })]);
    const metric = meanMetric({
      name: 'last',
      lowerIsBetter: false,
      score: (_example, [outputs]) => Number(outputs?.y?.data[3]),
    });
    return validatePair({ original, candidate, data: { dataset, metric }, threads: 1, effort: 'short' });
  };
  expect(await skipping(false)).toMatchObject({
    gates: { gates: [false] },
    quality: [{ original: 8, candidate: 8, drop: 0 }],
    agreement: [{ output: 'y', cosine: { mean: expect.closeTo(1, 9) } }],
  });
  expect(await skipping(true)).toMatchObject({
    gates: { gates: [true] },
    quality: [{ original: 8, candidate: 4, drop: 0.5 }],
  });
});
