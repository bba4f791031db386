import { type Model, runPipeline } from '@sentei/ir';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AcpOptions, acp } from '../src/acp.ts';
import { planFused } from '../src/fused/fused-plan.ts';
import { lowerToFused } from '../src/fused/lower-fused.ts';
import type { WindowPlan } from '../src/fused/plan-windows.ts';
import {
  feedsOf,
  type GatedFeeds,
  type GatedSizes,
  gatedAttention,
  problemOf,
} from './support/gated-attention.ts';
import { lowerWith } from './support/lower-with.ts';
import { attend } from './support/reference-attention.ts';
import { runModel } from './support/run-model.ts';

/** A way to lower attention that is held to the bound. */
interface Lowering {
  readonly name: string;
  readonly lower: (model: Model, epsilon: number) => Model | Promise<Model>;
  readonly lengths: { readonly min: number; readonly max: number };
  readonly runs: number;
  /** Largest score bound that it takes. */
  readonly mostScore: number;
  /** Largest error of a weight that is not left out: running sums of −2,000 are good to 10⁻⁴ in float32. */
  readonly tolerance: number;
}

/** Windows of one chunk, then of one head alone. */
const WINDOWS: WindowPlan = {
  from: 1,
  choices: [
    [{ heads: [0, 1], window: 128 }],
    [
      { heads: [0], window: 128 },
      { heads: [1], window: Number.POSITIVE_INFINITY },
    ],
  ],
};

const LOWERINGS: readonly Lowering[] = [
  {
    name: 'blocks',
    lower: (model, epsilon) => lowered(model, { block: 16, tile: 4, whole: 20, epsilon }),
    lengths: { min: 2, max: 100 },
    runs: 40,
    mostScore: 55,
    tolerance: 1e-3,
  },
  {
    name: 'fused, with windows',
    lower: (model, epsilon) =>
      lowerWith(model, (b, attention, { opset }) => {
        const { decay } = attention;
        if (decay.kind !== 'gates') throw new TypeError('the model has forget gates');
        const plan = planFused(b, attention.query.value, { batch: 0, position: 2 }, 0);
        const rows = lowerToFused(b, { ...attention, decay }, plan, {
          precision: 'float32',
          epsilon,
          windows: WINDOWS,
          opset,
        });
        model.opsetImports.set('com.microsoft', 1);
        return b.op('Transpose', [rows], { attributes: { perm: [0n, 2n, 1n, 3n] } });
      }),
    // Heads of fused kernels have at most 256 channels, of which there is one for each key here.
    lengths: { min: 200, max: 256 },
    runs: 12,
    mostScore: 55,
    tolerance: 1e-3,
  },
];

/** Kinds of gates, and the logits they are made of. Anything below −1000 is shut. */
const GATES = {
  /** All open: nothing is forgotten, so that nothing may be left out. */
  open: () => 200,
  shut: () => -2000,
  fast: (random: () => number) => 8 * random() - 6,
  slow: (random: () => number) => 4 + 4 * random(),
  mixed: (random: () => number) => 40 * random() - 20,
  shutOnce: (_: () => number, position: number, length: number) =>
    position === Math.floor(length / 2) ? -2000 : 6,
} as const;

const arbitrary = ({ lengths }: Pick<Lowering, 'lengths'>) =>
  fc.record({
    gates: fc.constantFrom(...(Object.keys(GATES) as (keyof typeof GATES)[])),
    epsilon: fc.constantFrom(1e-7, 4.5e-5, 1e-2, 0.4),
    score: fc.double({ min: 0.05, max: 1, noNaN: true }),
    batch: fc.integer({ min: 1, max: 2 }),
    length: fc.integer(lengths),
    seed: fc.integer({ min: 1, max: 10_000 }),
  });

type Case = ReturnType<typeof arbitrary> extends fc.Arbitrary<infer Value> ? Value : never;

function feedsFor(
  sizes: GatedSizes,
  { gates, batch, length, seed }: Omit<Case, 'epsilon' | 'score'>,
): GatedFeeds {
  let state = seed;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const rows = batch * sizes.heads * length;
  // Far keys that agree with the query and near ones that do not are the worst case of the bound.
  const direction = (row: number) => (seed % 2 === 0 && row % length < length / 2 ? 1 : -1);
  const around = (toward: (row: number) => number) =>
    Float32Array.from(
      { length: rows * sizes.channels },
      (_, index) => (seed % 2 === 0 ? toward(Math.floor(index / sizes.channels)) : 0) + random() - 0.5,
    );
  return {
    batch,
    length,
    query: around(() => 1),
    key: around(direction),
    // One column for each key: what comes out is the weight that each key got.
    values: Float32Array.from({ length: rows * length }, (_, index) =>
      Math.floor(index / length) % length === index % length ? 1 : 0,
    ),
    logits: Float32Array.from({ length: rows }, (_, index) => GATES[gates](random, index % length, length)),
  };
}

async function lowered(model: Model, options: AcpOptions): Promise<Model> {
  const context = { logger: console, judge: undefined, maxDrop: 0.01, progress: () => undefined };
  const [record] = await runPipeline(model, [acp(options)], context);
  expect(record?.decisions.applied, record?.patches[0]?.reason).toBe(1);
  return model;
}

/** Largest share of a row that got no weight, and largest error of a weight that is there, over all rows. */
function compare(actual: Float32Array, expected: Float64Array, length: number) {
  let [leftOut, error, keys] = [0, 0, 0];
  for (let from = 0; from < expected.length; from += length) {
    const [row, weights] = [actual.subarray(from, from + length), expected.subarray(from, from + length)];
    const missing = weights.reduce((sum, weight, key) => sum + (row[key] === 0 ? weight : 0), 0);
    leftOut = Math.max(leftOut, missing);
    for (const [key, weight] of weights.entries()) {
      if (row[key] === 0) keys += weight > 0 ? 1 : 0;
      // What is left out is shared out among the rest.
      else error = Math.max(error, Math.abs((row[key] ?? Number.NaN) - weight / (1 - missing)) || 0);
      if (Number.isNaN(row[key])) error = Number.POSITIVE_INFINITY;
    }
  }
  return { leftOut, error, keys };
}

test.each(LOWERINGS)('$name: what is left out of a row weighs less than epsilon', async (lowering) => {
  let keys = 0;
  await fc.assert(
    fc.asyncProperty(arbitrary(lowering), async ({ epsilon, score, ...rest }) => {
      const channels = 8;
      const gain = Math.sqrt((score * lowering.mostScore) / Math.sqrt(channels));
      const sizes: GatedSizes = { heads: 2, channels, valueChannels: rest.length, gain };
      const feeds = feedsFor(sizes, rest);
      const model = await lowering.lower(gatedAttention(sizes), epsilon);
      const actual = await runModel(model, feedsOf(sizes, feeds));
      const found = compare(actual, attend(problemOf(sizes, feeds)).weights, rest.length);
      expect(found.leftOut).toBeLessThan(epsilon);
      expect(found.error).toBeLessThan(lowering.tolerance);
      keys += found.keys;
    }),
    { numRuns: lowering.runs, seed: 11 },
  );
  // Or nothing has been tested.
  expect(keys).toBeGreaterThan(1000);
});

test.each(LOWERINGS)('$name: a gate that underflows to 0 spoils no row before it', async ({ lower }) => {
  const sizes: GatedSizes = { heads: 2, channels: 8, valueChannels: 60, gain: 1, gate: 'log-sigmoid' };
  const feeds = feedsFor(sizes, { gates: 'shutOnce', batch: 1, length: 60, seed: 5 });
  const actual = await runModel(await lower(gatedAttention(sizes), 1e-4), feedsOf(sizes, feeds));
  const { weights } = attend(problemOf(sizes, feeds));
  for (const head of [0, 1]) {
    const before = (values: Float32Array | Float64Array) =>
      values.subarray(head * 3600, head * 3600 + 30 * 60);
    for (const [index, weight] of before(weights).entries())
      expect(before(actual)[index]).toBeCloseTo(weight, 4);
  }
});

const DISTANCES: Record<string, Pick<GatedSizes, 'slopes' | 'table'>> = {
  slopes: { slopes: [0.25, 3] },
};

test.each(Object.entries(DISTANCES))(
  'with a bias of distances, by %s, what is left out weighs less than epsilon too',
  async (_, bias) => {
    let keys = 0;
    for (const [index, { epsilon, gain, length }] of [
      { epsilon: 4.5e-5, gain: 0.7, length: 90 },
      { epsilon: 0.4, gain: 0.3, length: 61 },
      { epsilon: 1e-7, gain: 1.2, length: 100 },
    ].entries()) {
      const sizes: GatedSizes = { heads: 2, channels: 8, valueChannels: length, gain, ...bias };
      const feeds = feedsFor(sizes, { gates: 'open', batch: 2, length, seed: index + 4 });
      const model = await lowered(gatedAttention(sizes), { block: 16, tile: 4, whole: 20, epsilon });
      const actual = await runModel(model, feedsOf(sizes, feeds));
      const found = compare(actual, attend(problemOf(sizes, feeds)).weights, length);
      expect(found.leftOut).toBeLessThan(epsilon);
      expect(found.error).toBeLessThan(1e-4);
      keys += found.keys;
    }
    expect(keys).toBeGreaterThan(1000);
  },
);
