import { type GraphBuilder, type Value, verify } from '@sentei/ir';
import { expect, test } from 'vitest';
import type { ProductPrecision } from '../../src/fused/bias-columns.ts';
import { planFused } from '../../src/fused/fused-plan.ts';
import { lowerToFused, refuseFused } from '../../src/fused/lower-fused.ts';
import type { WindowPlan } from '../../src/fused/plan-windows.ts';
import type { DecayingAttention } from '../../src/matching/decaying-attention.ts';
import {
  attentionInputs,
  feedsFor,
  modelOf,
  reference,
  relativeError,
  type Sizes,
  visibleFrom,
} from '../support/attention-model.ts';
import { runModel } from '../support/run-model.ts';

interface Setting {
  readonly precision?: ProductPrecision;
  readonly windows?: WindowPlan;
  readonly longestShort?: number;
  readonly firstVisible?: number;
  readonly fields?: Partial<DecayingAttention>;
}

function fusedModel(sizes: Sizes, setting: Setting) {
  const { graph, b, attention } = attentionInputs(sizes, setting.fields);
  const query: Value = attention.query.value;
  const { firstVisible } = setting;
  const padded =
    firstVisible === undefined
      ? attention
      : { ...attention, padding: (at: GraphBuilder) => visibleFrom(at, query, firstVisible) };
  const plan = planFused(b, query, { batch: 0, position: 2 }, setting.longestShort ?? 0);
  const output = lowerToFused(b, padded, plan, {
    precision: setting.precision ?? 'float32',
    epsilon: 1e-4,
    windows: setting.windows,
    opset: 18,
  });
  const model = modelOf(graph, b, output);
  expect(verify(model)).toEqual([]);
  return model;
}

const SIZES: Sizes = { batch: 1, heads: 2, length: 300, channels: 8 };

/** Windows of 128 and 256 keys, then of 256 for one head only. */
const WINDOWS: WindowPlan = {
  from: 1,
  choices: [
    [
      { heads: [0], window: 128 },
      { heads: [1], window: 256 },
    ],
    [
      { heads: [0], window: 256 },
      { heads: [1], window: Number.POSITIVE_INFINITY },
    ],
  ],
};

const GATES: Readonly<Record<string, (head: number, position: number) => number>> = {
  'all open': () => 0,
  'nearly open': () => -1e-3,
  'one local head': (head) => (head === 0 ? -1 : -1e-4),
  'all local': () => -2,
  'all shut': () => Number.NEGATIVE_INFINITY,
  'one shut in the middle': (_, position) => (position === 150 ? Number.NEGATIVE_INFINITY : -0.01),
  'sums far below −1e5': () => -500,
};

test.each(Object.keys(GATES))('is the same as in float64 with gates %s', async (name) => {
  const gate = GATES[name] as (head: number, position: number) => number;
  for (const length of [1, 128, 300]) {
    const sizes = { ...SIZES, length, batch: length < 300 ? 2 : 1 };
    const feeds = feedsFor(sizes, gate);
    const expected = reference(feeds, sizes);
    for (const precision of ['float32', 'float16'] as const) {
      // Windows may leave out a share of 1e-4; channels of values are within ±2.
      const rounding = precision === 'float32' ? 1e-5 : 2e-3;
      for (const windows of [undefined, WINDOWS]) {
        const model = fusedModel(sizes, { precision, ...(windows && { windows }) });
        const error = relativeError(await runModel(model, feeds), expected);
        expect(error, `${precision}, length ${length}`).toBeLessThan(rounding + (windows ? 1e-4 : 0));
      }
    }
  }
});

test('keeps its accuracy over thousands of tokens and sums past −1e5', async () => {
  const sizes = { batch: 1, heads: 2, length: 2048, channels: 8 };
  const feeds = feedsFor(sizes, (head) => (head === 0 ? -70 : -0.002));
  const expected = reference(feeds, sizes);
  const within = async (precision: ProductPrecision) =>
    relativeError(await runModel(fusedModel(sizes, { precision }), feeds), expected);
  expect(await within('float32')).toBeLessThan(1e-5);
  expect(await within('float16')).toBeLessThan(2e-3);
});

test('computes short inputs in standard operators, with the same result', async () => {
  const sizes = { ...SIZES, length: 40, batch: 3 };
  const feeds = feedsFor(sizes, (_, position) => (position === 20 ? Number.NEGATIVE_INFINITY : -0.1));
  const model = fusedModel(sizes, { longestShort: 40, precision: 'float16' });
  // Rounded to float16 it would be 1e-4 off.
  expect(relativeError(await runModel(model, feeds), reference(feeds, sizes))).toBeLessThan(3e-5);
});

test('takes an empty sequence', async () => {
  const sizes = { ...SIZES, length: 0 };
  const model = fusedModel(sizes, {});
  expect(
    await runModel(
      model,
      feedsFor(sizes, () => 0),
    ),
  ).toHaveLength(0);
});

test('repeats keys and values of grouped queries', async () => {
  const sizes = { ...SIZES, heads: 4, keyHeads: 2 };
  const feeds = feedsFor(sizes, (head) => -0.01 * head);
  for (const longestShort of [0, 300]) {
    const model = fusedModel(sizes, { longestShort });
    expect(relativeError(await runModel(model, feeds), reference(feeds, sizes))).toBeLessThan(1e-5);
  }
});

test.each(['float32', 'float16'] as const)(
  'hides padded keys in %s, whatever the gates say',
  async (precision) => {
    const sizes = { ...SIZES, batch: 2 };
    for (const gate of [0, -0.5, -500]) {
      const feeds = feedsFor(sizes, () => gate);
      const expected = reference(feeds, sizes, 70);
      for (const longestShort of [0, 300]) {
        const setting = { precision, longestShort, firstVisible: 70, windows: WINDOWS };
        const error = relativeError(await runModel(fusedModel(sizes, setting), feeds), expected);
        expect(error).toBeLessThan(precision === 'float32' ? 1e-5 : 2e-3);
      }
    }
  },
);

test('takes slopes as gates that are the same everywhere', async () => {
  const slopes = [0.5, 0.01];
  const feeds = feedsFor(SIZES, (head) => -(slopes[head] ?? 0));
  const model = fusedModel(SIZES, { fields: { decay: { kind: 'slopes', slopes } } });
  expect(relativeError(await runModel(model, feeds), reference(feeds, SIZES))).toBeLessThan(1e-5);
});

test('takes a bound of the scores from the run where the weights have none', async () => {
  const sizes = { ...SIZES, length: 400 };
  const feeds = feedsFor(sizes, () => -2);
  const model = fusedModel(sizes, { windows: WINDOWS, fields: { scoreBound: undefined } });
  expect(relativeError(await runModel(model, feeds), reference(feeds, sizes))).toBeLessThan(1e-4);
});

test.each([0, 400])(
  'outweighs scores of hundreds by a shut gate, up to %d tokens written out',
  async (longestShort) => {
    const sizes = { ...SIZES, length: 300 };
    const feeds = feedsFor(sizes, (_, position) => (position === 150 ? Number.NEGATIVE_INFINITY : -0.01));
    const loud = { ...feeds, q: { ...feeds.q, data: feeds.q.data.map((x) => 300 * x) } };
    const model = fusedModel(sizes, { longestShort, fields: { scoreBound: undefined } });
    expect(relativeError(await runModel(model, loud), reference(loud, sizes))).toBeLessThan(5e-3);
  },
);

test.each<[string, Partial<DecayingAttention>, RegExp]>([
  ['a bias of a table', { decay: { kind: 'relative', samples: [], table: (b) => b.float32([]) } }, /table/],
  ['keys from a cache', { hasPast: true }, /cache/],
  ['a negative scale', { scale: -1 }, /positive/],
  ['heads that are too large', { channels: 250 }, /up to 256/],
])('refuses %s', (_, fields, reason) => {
  const { attention } = attentionInputs(SIZES, fields);
  expect(refuseFused(attention, 'float16')).toMatch(reason);
  expect(refuseFused(attentionInputs(SIZES).attention, 'float16')).toBeUndefined();
});
