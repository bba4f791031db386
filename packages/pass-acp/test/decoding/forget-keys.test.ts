import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type ForgettingOptions,
  forgettingModel,
} from '../../../anatomy/test/support/forgetting-attention.ts';
import { type DecoderOptions, toDecoder } from '../../src/index.ts';
import { decodeRows, randomRows } from '../support/run-decoder.ts';
import { type Feed, largestDifference, runModel } from '../support/run-model.ts';

const [HEADS, CHANNELS] = [2, 8];
const WIDTH = HEADS * CHANNELS;

/** Values in [−1, 1], so that leaving out a share of ε moves an output by less than 2 ε. */
function inputs(batch: number, length: number, seed: number): { readonly x: Feed; readonly values: Feed } {
  const values = randomRows(batch, length, WIDTH, seed + 7);
  return {
    x: randomRows(batch, length, WIDTH, seed),
    values: { ...values, dims: [batch, HEADS, length, CHANNELS] },
  };
}

async function run(
  options: ForgettingOptions & Pick<DecoderOptions, 'returns'>,
  epsilon: number,
  feeds: ReturnType<typeof inputs>,
  lengths: number[],
) {
  const decoder = forgettingModel({ ...options, values: 'input' });
  const { attention } = toDecoder(decoder, { epsilon, least: 1, returns: options.returns ?? 'whole' });
  expect(attention).toMatchObject([{ groups: [[0], [1]], forgets: true }]);
  // The logarithm of a sigmoid that is 0 is infinite, and what the whole model then makes is no numbers.
  const reference = forgettingModel({ ...options, gate: 'softplus', values: 'input' });
  const whole = await runModel(reference, { ...feeds });
  const { rows, states } = await decodeRows(decoder, feeds, lengths);
  return { difference: largestDifference(whole, rows), states };
}

test('all keys left out get less than epsilon of any row together, for any gates', async () => {
  const arbitrary = fc.record({
    epsilon: fc.double({ min: 1e-4, max: 0.5, noNaN: true }),
    gain: fc.double({ min: 0.1, max: 1, noNaN: true }),
    // From all gates open to all of them shut.
    gateBias: fc.constantFrom(30, 6, 2, 0, -2, -8, -60),
    gate: fc.constantFrom('log-sigmoid' as const, 'softplus' as const),
    lengths: fc.array(fc.constantFrom(1, 1, 1, 2, 9), { minLength: 4, maxLength: 20 }),
    // A row that shuts or opens the gates at one position, or none.
    spike: fc.constantFrom(undefined, 3, 11),
    batch: fc.integer({ min: 1, max: 2 }),
    returns: fc.constantFrom('whole' as const, 'rows' as const),
    seed: fc.integer({ min: 0, max: 1000 }),
  });
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ epsilon, lengths, spike, batch, seed, ...options }) => {
      const total = lengths.reduce((a, b) => a + b, 0);
      const feeds = inputs(batch, total, seed);
      if (spike !== undefined && spike < total) {
        for (let i = spike * WIDTH; i < (spike + 1) * WIDTH; i++)
          feeds.x.data[i] = 40 * (feeds.x.data[i] ?? 0);
      }
      const { difference, states } = await run(options, epsilon, feeds, lengths);
      expect(difference).toBeLessThan(2 * epsilon + 2e-5);
      for (const state of states) {
        for (const index of [0, 1]) {
          const shares = state[`past_left_out_0_${index}`]?.data as Float32Array;
          expect(Math.max(...shares)).toBeLessThan(epsilon);
        }
      }
    }),
    { numRuns: 18, seed: 5 },
  );
});

test('a state stops growing where gates forget, and grows on where they do not', async () => {
  const feeds = inputs(1, 120, 1);
  // The heads of the fixture differ by 2 in their gate logits.
  const { states } = await run({ gateBias: -3, gain: 0.5 }, 1e-3, feeds, new Array(120).fill(1));
  const keys = (name: string, index: number) => states[index]?.[name]?.dims[2] ?? 0;
  const last = states.length - 1;
  expect(keys('past_key_0_0', last)).toBeLessThan(10);
  expect(keys('past_key_0_0', last)).toBeLessThan(keys('past_key_0_1', last));
  const open = await run({ gateBias: 12, gain: 0.5 }, 1e-3, feeds, new Array(120).fill(1));
  expect(open.states.at(-1)?.past_key_0_0?.dims[2]).toBe(120);
});

test('keys are left out in portions, so that the others are seldom copied', async () => {
  const decoder = forgettingModel({ gateBias: -3, gain: 0.5 });
  toDecoder(decoder, { epsilon: 1e-3, least: 8 });
  const x = randomRows(1, 60, WIDTH, 2);
  const { states } = await decodeRows(decoder, { x }, new Array(60).fill(1));
  const lengths = states.map((state) => state.past_key_0_0?.dims[2] ?? 0);
  const drops = lengths.slice(1).map((length, index) => (lengths[index] ?? 0) + 1 - length);
  expect(drops.filter((drop) => drop !== 0).every((drop) => drop >= 8)).toBe(true);
  expect(drops.some((drop) => drop !== 0)).toBe(true);
});
