import type { BenchmarkFigure } from '@sentei/runtime';
import { expect, test } from 'vitest';
import { countWork } from '../src/count-work.ts';
import { emptyFolder, savedModel } from './support/models.ts';

/** Of a figure only what is read here. */
const figure = (label: string, dims: readonly number[], hasCandidate: boolean) => {
  const model = { inputs: { ids: { dims } } };
  return { label, original: model, ...(hasCandidate && { candidate: model }) } as unknown as BenchmarkFigure;
};

test('work is counted once for each point, of both models', async () => {
  const model = await savedModel(await emptyFolder());
  const figures = [
    figure('small', [1, 4], true),
    figure('large', [2, 8], true),
    figure('small', [1, 4], true),
  ];
  const work = await countWork(model, model, figures);
  expect(work.map(({ label }) => label)).toEqual(['small', 'large']);
  // Eight wide: a residual map and its sum, and the logits of 256 bytes.
  const perToken = 2 * 8 * 8 + 8 + 2 * 8 * 256;
  expect(work[0]?.original.flops).toEqual({ least: 4 * perToken, most: 4 * perToken });
  expect(work[1]?.candidate?.flops.least).toBe(16 * perToken);
  expect(work[0]?.original.nodes.map(({ operator }) => operator)).toEqual(['MatMul', 'Add', 'MatMul']);
  expect(work[0]?.original.nodes.every(({ name }) => name !== '')).toBe(true);
  expect(work[0]?.original.unknown).toEqual([]);
});

test('one model alone has no other beside it', async () => {
  const model = await savedModel(await emptyFolder());
  const [work] = await countWork(model, undefined, [figure('small', [1, 4], false)]);
  expect(Object.keys(work ?? {})).toEqual(['label', 'original']);
});
