import { expect, test } from 'vitest';
import { compareQuality } from '../../src/validation/quality.ts';
import { ignoreProgress, loadedPair } from '../support/pair.ts';
import { bigramModel, doublingModel, positionalModel } from '../support/tiny-model.ts';

/** After byte 1 comes byte 1 with this probability. */
function certain(probability: number): Float32Array {
  const table = new Float32Array(65536);
  table[1 * 256 + 1] = Math.log((255 * probability) / (1 - probability));
  return table;
}

const ones = (length: number) => new Uint8Array(length).fill(1);

test('both models are scored on the same windows, as many as the text has', async () => {
  const pair = await loadedPair(bigramModel(certain(1 / 2)), bigramModel(certain(1 / 4)));
  const steps: string[] = [];
  const { figures, leftOut } = await compareQuality(pair, ones(3000), 'full', ({ message, done, total }) =>
    steps.push(`${message}: ${done}/${total}`),
  );
  expect(figures).toEqual([
    {
      metric: 'bits per byte',
      lowerIsBetter: true,
      where: '2 × 1024',
      shift: null,
      examples: 2,
      windowLength: 1024,
      windows: 2,
      original: expect.closeTo(1, 5),
      candidate: expect.closeTo(2, 5),
      drop: expect.closeTo(1, 5),
      interval: { lower: expect.closeTo(1, 5), upper: expect.closeTo(1, 5), confidence: 0.95 },
      difference: {
        value: expect.closeTo(1, 5),
        lower: expect.closeTo(1, 5),
        upper: expect.closeTo(1, 5),
      },
    },
  ]);
  expect(leftOut).toEqual([
    { part: 'quality', what: 'windows of 4096 bytes', reason: 'the held-out text has only 3000 bytes' },
  ]);
  expect(steps.at(-1)).toBe('bits per byte, windows of 1024 bytes: 4/4');
});

test('windows get shorter for a model with few positions', async () => {
  const model = positionalModel(certain(1 / 2), 100);
  const { figures, leftOut } = await compareQuality(
    await loadedPair(model, model),
    ones(5000),
    'short',
    ignoreProgress,
  );
  expect(figures.map(({ windowLength, windows, drop }) => [windowLength, windows, drop])).toEqual([
    [64, 8, 0],
  ]);
  expect(leftOut.map(({ what }) => what)).toEqual([
    'windows of 1024 bytes',
    'windows of 4096 bytes',
    'windows of 512 bytes',
    'windows of 256 bytes',
    'windows of 128 bytes',
  ]);
});

test('other models have no bits per byte', async () => {
  const pair = await loadedPair(doublingModel(), doublingModel());
  expect(await compareQuality(pair, ones(5000), 'full', ignoreProgress)).toEqual({
    figures: [],
    leftOut: [],
  });
});

test('a candidate whose logits are not numbers is an error', async () => {
  const broken = bigramModel(new Float32Array(65536).fill(Number.NaN));
  const pair = await loadedPair(bigramModel(certain(1 / 2)), broken);
  await expect(compareQuality(pair, ones(2000), 'short', ignoreProgress)).rejects.toMatchObject({
    code: 'not-numbers',
    message: expect.stringContaining('the pruned model does not run windows of 1024 bytes'),
  });
});
