import { verify } from '@sentei/ir';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  alibi,
  bucketBias,
  clampedTable,
  fixedTable,
  kerple,
  type MakeBias,
} from '../../../anatomy/test/support/distance-biases.ts';
import {
  type ForgettingOptions,
  forgettingModel,
} from '../../../anatomy/test/support/forgetting-attention.ts';
import { tapKeyRanges } from '../../src/measuring/tap-key-ranges.ts';
import { type CaseOptions, caseFeeds, openCase, worstError } from '../support/attention-case.ts';
import { pruneModel, SMALL } from '../support/prune-model.ts';
import { largestDifference, openModel } from '../support/run-model.ts';

/** Numbers in [−scale, scale], the same in every run. */
function randomInput(dims: readonly number[], seed: number, scale = 1) {
  let state = seed + 1;
  const size = dims.reduce((product, extent) => product * extent, 1);
  const data = Float32Array.from({ length: size }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return scale * ((2 * state) / 2_147_483_647 - 1);
  });
  return { data, dims };
}

const BUCKETS = Array.from({ length: 16 }, (_, k) => [-3 * k, k < 9 ? 1 : -60]);

test.each([
  ['ALiBi', alibi([0.5, 2]), {}],
  ['ALiBi by keys', alibi([0.1, 7], 'keys'), { mask: 'additive' }],
  ['ALiBi with the mask in its table', alibi([0.5, 2], 'table', 160), { mask: 'none' }],
  ['ALiBi from the end of a table', alibi([0.5, 2], 'last-columns', 160), { mask: 'trilu' }],
  ['buckets', bucketBias(BUCKETS), { mask: 'in-bias' }],
  [
    'a table that goes up and down',
    clampedTable([
      [0, 9, -60, 9, -60],
      [2, -40, 3, -70, -80],
    ]),
    {},
  ],
  ['a table of a fixed size', fixedTable(2, 160, (head, distance) => -(head + 1) * distance ** 1.5), {}],
  ['a row for all heads', clampedTable([[0, -10, -20, -30, -40, -50]]), { mask: 'masked-fill' }],
  ['KERPLE', kerple([4, 30], [0.5, 2]), {}],
] satisfies [string, MakeBias, ForgettingOptions][])('keeps the outputs of %s', async (_, bias, options) => {
  const original = forgettingModel({ ...options, bias });
  const pruned = forgettingModel({ ...options, bias });
  expect((await pruneModel(pruned, SMALL)).map((patch) => patch.decision)).toEqual(['applied']);
  expect(verify(pruned)).toEqual([]);
  const [before, after] = [await openModel(original), await openModel(pruned)];
  for (const [batch, length] of [
    [1, 1],
    [2, 16],
    [1, 20],
    [3, 21],
    [1, 33],
    [2, 48],
    [1, 150],
  ] as const) {
    const x = randomInput([batch, length, 16], length);
    const difference = largestDifference(await before.run({ x }), await after.run({ x }));
    expect(difference, `length ${length}, batch ${batch}`).toBeLessThan(1e-4);
  }
  await Promise.all([before.close(), after.close()]);
});

test('a bias so far above that of the own key that exponentials alone would overflow does no harm', async () => {
  const bias = clampedTable([
    [0, 200, -60],
    [0, 150, -70],
  ]);
  const pruned = forgettingModel({ bias });
  expect((await pruneModel(pruned, SMALL)).map((patch) => patch.decision)).toEqual(['applied']);
  const [before, after] = [await openModel(forgettingModel({ bias })), await openModel(pruned)];
  const x = randomInput([1, 70, 16], 5);
  expect(largestDifference(await before.run({ x }), await after.run({ x }))).toBeLessThan(1e-4);
  await Promise.all([before.close(), after.close()]);
});

const steep = (head: number, distance: number) =>
  (head === 0 ? -0.7 : -0.05) * distance + 3 * Math.sin(distance);

test.each([
  [{}, {}],
  [{ opset: 13, scoreBound: 20 }, {}],
  [{ keyHeads: 1 }, {}],
  [{ hasPast: true }, { keys: 170 }],
  [{ hasPast: true }, { keys: 71 }],
  [{ hasPadding: true }, { visible: (position: number, sequence: number) => position >= 30 * sequence }],
  [{ elementType: 'float16' }, {}],
] satisfies [CaseOptions, Partial<Parameters<typeof caseFeeds>[1]>][])(
  'a bias with %o is that of float64',
  async (options, given) => {
    const lowered: CaseOptions = { ...options, bias: steep };
    const { run, close } = await openCase(lowered);
    for (const queries of [1, 20, 21, 70]) {
      const feeds = caseFeeds(lowered, { batch: 2, queries, gate: () => 0, ...given });
      const { absolute } = worstError(lowered, feeds, await run(feeds));
      expect(absolute, `${queries} queries`).toBeLessThan('elementType' in options ? 2e-3 : 2e-5);
    }
    await close();
  },
);

test('what is left out of a row weighs less than epsilon, for every bias and every input', async () => {
  const slopes = fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 2, maxLength: 2 });
  const row = fc.array(fc.double({ min: -40, max: 4, noNaN: true }), { minLength: 40, maxLength: 40 });
  const arbitrary = fc.record({
    epsilon: fc.double({ min: 1e-6, max: 0.5, noNaN: true }),
    gain: fc.double({ min: 0.1, max: 2, noNaN: true }),
    bias: fc.oneof(
      fc
        .tuple(slopes, fc.constantFrom('keys', 'distances', 'absolute'))
        .map(([s, form]) => alibi([s[0] ?? 0, 0.01 + (s[1] ?? 0)], form)),
      // Tables in any order: what prunes is the largest bias from a distance on.
      fc.tuple(row, row).map(([a, b]) =>
        clampedTable([
          [...a, -45],
          [...b, -50],
        ]),
      ),
    ),
    scale: fc.constantFrom(0.01, 1, 30),
    batch: fc.integer({ min: 1, max: 2 }),
    length: fc.integer({ min: 21, max: 120 }),
    seed: fc.integer({ min: 0, max: 1000 }),
  });
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ epsilon, gain, bias, scale, batch, length, seed }) => {
      const options: ForgettingOptions = { gain, bias, values: 'input' };
      const pruned = forgettingModel(options);
      expect((await pruneModel(pruned, { ...SMALL, epsilon }))[0]?.decision).toBe('applied');
      // Values in [−1, 1]: leaving out a share of epsilon moves an output by less than 2 epsilon.
      const feeds = {
        x: randomInput([batch, length, 16], seed, scale),
        values: randomInput([batch, 2, length, 8], seed + 7),
      };
      const [before, after] = [await openModel(forgettingModel(options)), await openModel(pruned)];
      const difference = largestDifference(await before.run(feeds), await after.run(feeds));
      await Promise.all([before.close(), after.close()]);
      expect(difference).toBeLessThan(2 * epsilon + 1e-4);
    }),
    { numRuns: 12, seed: 7 },
  );
});

test('the keys that are visited can be counted as those of gates', async () => {
  const pruned = forgettingModel({
    bias: clampedTable([
      [0, -60],
      [0, -70],
    ]),
  });
  await pruneModel(pruned, SMALL);
  expect(tapKeyRanges(pruned)).toHaveLength(1);
  const { run, close } = await openModel(pruned);
  await run({ x: randomInput([1, 64, 16], 1) });
  await close();
});

test.each([
  ['ALiBi', alibi([1, 2])],
  [
    'a table',
    clampedTable([
      [0, -10, -60],
      [0, -20, -70],
    ]),
  ],
])('keys out of reach of %s are not read at all', async (_, bias) => {
  const options: ForgettingOptions = { bias, values: 'input' };
  const pruned = forgettingModel(options);
  await pruneModel(pruned, SMALL);
  const length = 200;
  const x = randomInput([1, length, 16], 3);
  const values = { data: new Float32Array(length * 16).fill(1), dims: [1, 2, length, 8] };
  for (let head = 0; head < 2; head++) values.data.fill(Number.NaN, head * length * 8, head * length * 8 + 8);
  const [before, after] = [await openModel(forgettingModel(options)), await openModel(pruned)];
  const untouched = (output: Float32Array) => output.slice(-16).every((y) => Math.abs(y - 1) < 1e-5);
  expect(untouched(await before.run({ x, values }))).toBe(false);
  expect(untouched(await after.run({ x, values }))).toBe(true);
  await Promise.all([before.close(), after.close()]);
});
