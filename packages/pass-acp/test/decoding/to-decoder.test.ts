import { carriedStates, type Model, verify } from '@sentei/ir';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { forgettingModel } from '../../../anatomy/test/support/forgetting-attention.ts';
import { toDecoder } from '../../src/index.ts';
import { decode, randomRows } from '../support/run-decoder.ts';
import { largestDifference, runModel } from '../support/run-model.ts';

const WIDTH = 16;

async function compare(
  model: Model,
  decoder: Model,
  lengths: readonly number[],
  batch: number,
  seed: number,
) {
  const total = lengths.reduce((a, b) => a + b, 0);
  const x = randomRows(batch, total, WIDTH, seed);
  const whole = await runModel(model, { x });
  const { rows, states } = await decode(decoder, x, lengths);
  return { difference: largestDifference(whole, rows), states };
}

test('chunks of any lengths give the rows of the whole', async () => {
  const arbitrary = fc.record({
    lengths: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
    batch: fc.integer({ min: 1, max: 3 }),
    gateBias: fc.constantFrom(-8, -2, 0, 4),
    seed: fc.integer({ min: 0, max: 1000 }),
  });
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ lengths, batch, gateBias, seed }) => {
      const options = { gateBias };
      const decoder = forgettingModel(options);
      toDecoder(decoder);
      expect(verify(decoder)).toEqual([]);
      const { difference } = await compare(forgettingModel(options), decoder, lengths, batch, seed);
      expect(difference).toBeLessThan(2e-5);
    }),
    { numRuns: 20, seed: 11 },
  );
});

test('metadata tells which output is which input', () => {
  const model = forgettingModel();
  const { states } = toDecoder(model);
  expect(carriedStates(model)).toEqual(states);
  expect(states.map(({ input, start }) => [input, start])).toEqual([
    ['past_key_0', ['batch', 2, 0, 8]],
    ['past_value_0', ['batch', 2, 0, 8]],
    ['past_decay_0', ['batch', 2, 0]],
  ]);
});
