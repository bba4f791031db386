import { expect, test } from 'vitest';
import { compareFidelity } from '../../src/validation/fidelity.ts';
import { ignoreProgress, loadedPair } from '../support/pair.ts';
import {
  bigramModel,
  doublingModel,
  identityModel,
  positionalModel,
  twiceModel,
} from '../support/tiny-model.ts';

const table = (value: number) => new Float32Array(65536).fill(value);

test('a byte-level language model is compared on made-up inputs and on text', async () => {
  const pair = await loadedPair(bigramModel(table(1)), bigramModel(table(1.5)));
  const { figures, leftOut } = await compareFidelity(pair, Uint8Array.of(1, 2, 3), 'full', ignoreProgress);
  expect(leftOut).toEqual([]);
  const places = figures.map(({ inputs, size }) => `${size}, ${inputs}`);
  expect(places).toHaveLength(2 * 6 * 2);
  expect(places).toContain('batch 3, length 1000, held-out text');
  expect(places).toContain('length 129, synthesized');
  for (const { outputs } of figures) expect(outputs.scores?.maximumAbsoluteError).toBe(0.5);
});

test('what the original cannot run is left out', async () => {
  const model = positionalModel(table(1), 128);
  const { figures, leftOut } = await compareFidelity(
    await loadedPair(model, model),
    undefined,
    'full',
    ignoreProgress,
  );
  expect(figures.map(({ length }) => length)).toEqual([1, 2, 1, 2, 127, 128, 127, 128]);
  expect(leftOut.map(({ what }) => what)).toEqual([
    'length 129, synthesized',
    'batch 3, length 129, synthesized',
    'length 1000, synthesized',
    'batch 3, length 1000, synthesized',
  ]);
});

test('a model of fixed size is compared once', async () => {
  const model = identityModel(1, [2, 3]);
  const { figures } = await compareFidelity(
    await loadedPair(model, model),
    undefined,
    'full',
    ignoreProgress,
  );
  expect(figures.map(({ size, batch, length }) => [size, batch, length])).toEqual([
    ['fixed size', undefined, undefined],
  ]);
});

test('a candidate that cannot run a size, or whose outputs differ in shape, is an error', async () => {
  const shorter = await loadedPair(positionalModel(table(1), 2000), positionalModel(table(1), 128));
  await expect(compareFidelity(shorter, undefined, 'full', ignoreProgress)).rejects.toMatchObject({
    code: 'runtime-failed',
    message: expect.stringContaining('at length 129, synthesized'),
  });
  const twice = await loadedPair(doublingModel(), twiceModel());
  await expect(compareFidelity(twice, undefined, 'short', ignoreProgress)).rejects.toMatchObject({
    code: 'runtime-failed',
    message: expect.stringContaining('shape [1,4] cannot be compared with [2,4]'),
  });
});
