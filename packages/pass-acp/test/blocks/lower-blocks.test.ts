import { findAttentionCores, findNorms } from '@sentei/anatomy';
import { GraphBuilder, inferTypes, tensorType, verify } from '@sentei/ir';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { forgettingModel } from '../../../anatomy/test/support/forgetting-attention.ts';
import { lowerToBlocks } from '../../src/blocks/lower-blocks.ts';
import { planBlocks } from '../../src/blocks/plan-blocks.ts';
import { matchAttention } from '../../src/matching/match-attention.ts';
import { type CaseOptions, caseFeeds, openCase, worstError } from '../support/attention-case.ts';

test('uses standard operators only, the blocks in one branch and the whole in the other', () => {
  const model = forgettingModel();
  const types = inferTypes(model);
  const norms = new Map(findNorms(model.graph).map((norm) => [norm.output, norm]));
  const [core] = findAttentionCores(model.graph, types);
  const found = core && matchAttention(core, types, { norms, shapeOf: (v) => types.shapeOf(v) });
  const product = core?.output.producer;
  if (!found || 'reason' in found || !product) throw new Error('the fixture has no forgetting attention');
  const b = new GraphBuilder(model.graph, { before: product });
  const length = b.op('Shape', [core.query], { attributes: { start: 2n, end: 3n } });
  const plan = planBlocks(b, length, { block: 16, whole: 20 });
  const output = lowerToBlocks(b, found, plan, { tile: 4, epsilon: 1e-5, opset: model.opset, block: 16 });
  model.graph.replace(core.output, output);
  expect(verify(model)).toEqual([]);
  expect(output.type).toEqual(tensorType('float32', [null, null, null, 8]));
  const choice = output.producer;
  const operators = (branch: string) =>
    [...(choice?.subgraph(branch)?.allNodes() ?? [])].map((node) => node.opType);
  expect(choice?.opType).toBe('If');
  expect(operators('else_branch')).toEqual(['Transpose', 'MatMul', 'Add', 'Softmax', 'MatMul']);
  expect(
    operators('then_branch').filter((opType) => ['Scan', 'Gemm', 'Exp', 'Softmax'].includes(opType)),
  ).toEqual(['Exp', 'Exp', 'Scan', 'Gemm', 'Exp', 'Gemm']);
  expect([...model.graph.allNodes()].every((node) => node.domain === '')).toBe(true);
});

const decaying = (random: number) => Math.log(1 - 0.4 * random);

test.each([
  [{ scoreBound: 20 }, 1e-5],
  [{}, 1e-5],
  [{ opset: 13 }, 1e-5],
  [{ heads: 4, keyHeads: 2 }, 1e-5],
  [{ heads: 3, keyHeads: 1, scoreBound: 20 }, 1e-5],
  [{ hasPadding: true, scoreBound: 20 }, 1e-5],
  [{ hasPast: true }, 1e-5],
  [{ hasPast: true, hasPadding: true, heads: 2, keyHeads: 1 }, 1e-5],
  [{ hasPast: true, scoreBound: 20 }, 1e-5],
  [{ elementType: 'float16' }, 2e-3],
  [{ elementType: 'bfloat16' }, 2e-2],
  [{ tile: 500 }, 1e-5],
  [{ tile: 1, whole: 1 }, 1e-5],
] satisfies [CaseOptions, number][])(
  '%o is the attention of float64 at every length',
  async (options, most) => {
    const { run, close } = await openCase(options);
    const arbitrary = fc.record({
      batch: fc.integer({ min: 1, max: 2 }),
      queries: fc.integer({ min: 1, max: 120 }),
      past: fc.integer({ min: 0, max: 50 }),
      seed: fc.integer({ min: 1, max: 1000 }),
      scale: fc.constantFrom(0.5, 1.5),
      hidden: fc.integer({ min: 0, max: 30 }),
      isLeft: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ past, hidden, isLeft, queries, ...given }) => {
        const keys = 'hasPast' in options ? queries + past : queries;
        const feeds = caseFeeds(options, {
          ...given,
          queries,
          keys,
          gate: decaying,
          // The second sequence is padded less; a few keys in the middle are hidden, too.
          visible: (position, sequence) =>
            (isLeft ? position >= hidden * (1 - sequence) : position < keys - hidden * (1 - sequence)) &&
            position % 17 !== 5,
        });
        const { visible, ...seen } = feeds;
        const fed = 'hasPadding' in options ? { ...seen, ...(visible && { visible }) } : seen;
        const output = await run(fed);
        expect(worstError(options, fed, output).absolute).toBeLessThan(most);
      }),
      { numRuns: 12, seed: 11 },
    );
    await close();
  },
);

test.each([
  ['all open', () => 0],
  ['all shut', () => -2000],
  ['all shut for good', () => Number.NEGATIVE_INFINITY],
  ['the lowest number there is', () => -3e38],
  [
    'one shut in the middle',
    (_: number, position: number) => (position === 70 ? Number.NEGATIVE_INFINITY : 0),
  ],
  ['fast and slow', (random: number, _: number, head: number) => (head === 0 ? -50 * random : -1e-4)],
])('gates %s leave numbers that are right', async (_, gate) => {
  for (const options of [{ scoreBound: 20 }, {}] satisfies CaseOptions[]) {
    const { run, close } = await openCase(options);
    const feeds = caseFeeds(options, { queries: 150, gate });
    expect(worstError(options, feeds, await run(feeds)).absolute).toBeLessThan(1e-5);
    await close();
  }
});

test('scores in the thousands, on the diagonal or before it, do not leave the range of numbers', async () => {
  const { run, close } = await openCase({});
  for (const scale of [8, 22]) {
    const feeds = caseFeeds({}, { queries: 150, scale, gate: (random) => -0.05 * random });
    // A product of up to 1,000 in float32 is off by 1e-4, and a weight by as much.
    expect(worstError({}, feeds, await run(feeds)).absolute).toBeLessThan(2e-3);
  }
  await close();
});

test('a key that scores far above all others is seen from any distance', async () => {
  const { run, close } = await openCase({ heads: 1 });
  const feeds = caseFeeds({ heads: 1 }, { queries: 120, scale: 1, gate: () => -1 });
  feeds.query.fill(10);
  feeds.key.fill(-1).fill(5, 3 * 8, 4 * 8);
  const output = await run(feeds);
  expect(worstError({ heads: 1 }, feeds, output).absolute).toBeLessThan(1e-5);
  // Its score is 240 above the others', and no row is as many keys away.
  for (let channel = 0; channel < 4; channel++)
    expect(output[119 * 4 + channel]).toBeCloseTo(feeds.value[3 * 4 + channel] ?? 0, 5);
  await close();
});

test('16,384 tokens whose sums of log gates pass −10⁵ are right to 1e-5', async () => {
  const options = { heads: 2, channels: 8, block: 192, whole: 512, tile: 32, epsilon: 1e-7 } as const;
  for (const scoreBound of [40, undefined]) {
    const bounded = { ...options, ...(scoreBound && { scoreBound }) };
    const { run, close } = await openCase(bounded);
    // About −16 a step in the first head; mostly open and −2,000 now and then in the second.
    const gate = (random: number, position: number, head: number) => {
      if (head === 0) return -16 * random;
      return position % 200 === 199 ? -2000 : -0.01 * random;
    };
    const feeds = caseFeeds(bounded, { queries: 16_384, scale: 2, gate });
    for (const head of [0, 1]) {
      const sum = feeds.logGates.subarray(head * 16_384, (head + 1) * 16_384).reduce((a, b) => a + b, 0);
      expect(sum).toBeLessThan(-1e5);
    }
    expect(worstError(bounded, feeds, await run(feeds), 397).relative).toBeLessThan(1e-5);
    await close();
  }
});

test('no row loses a share of epsilon, whatever the gates, scores and hidden keys', async () => {
  const arbitrary = fc.record({
    epsilon: fc.constantFrom(1e-3, 0.02, 0.3),
    queries: fc.integer({ min: 21, max: 90 }),
    seed: fc.integer({ min: 1, max: 1000 }),
    scale: fc.constantFrom(0.1, 1, 4),
    fall: fc.constantFrom(0, 0.05, 1, 300),
    hasPadding: fc.boolean(),
  });
  const opened = new Map<string, Awaited<ReturnType<typeof openCase>>>();
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ epsilon, fall, hasPadding, ...given }) => {
      const options = { epsilon, hasPadding };
      const model = opened.get(JSON.stringify(options)) ?? (await openCase(options));
      opened.set(JSON.stringify(options), model);
      const feeds = caseFeeds(options, {
        ...given,
        gate: (random) => -fall * random ** 4,
        ...(hasPadding && { visible: (position: number) => position > 9 && position % 7 !== 3 }),
      });
      // Values lie in [−1, 1]: leaving out a share of epsilon moves an output by less than 2 epsilon.
      expect(worstError(options, feeds, await model.run(feeds)).absolute).toBeLessThan(2 * epsilon + 1e-5);
    }),
    { numRuns: 30, seed: 5 },
  );
  for (const { close } of opened.values()) await close();
});
