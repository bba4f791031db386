import { Graph, GraphBuilder, Model, tensorType, Value, writeModelBytes } from '@sentei/ir';
import fc from 'fast-check';
import ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { planBlocks } from '../../src/blocks/plan-blocks.ts';

async function planOf(block: number, whole: number) {
  const length = new Value('length', tensorType('int64', [1]));
  const graph = new Graph('plan', [length]);
  const plan = planBlocks(new GraphBuilder(graph), length, { block, whole });
  const integers = [plan.count, plan.rows, plan.paddedLength, plan.padding];
  for (const value of integers) value.type = tensorType('int64', [1]);
  plan.causalBias.type = tensorType('float32', [null, null]);
  graph.setOutputs([...integers, plan.several, plan.causalBias]);
  const session = await ort.InferenceSession.create(writeModelBytes(new Model(graph, [['', 18]], 10)));
  const read = (tensor: ort.Tensor | undefined) =>
    Array.from(tensor?.data as Iterable<bigint | number>, Number);
  return async (l: number) => {
    const outputs = await session.run({ length: new ort.Tensor('int64', BigInt64Array.of(BigInt(l)), [1]) });
    const [count, rows, padded, padding, several, bias] = session.outputNames.map((name) =>
      read(outputs[name]),
    );
    return {
      count: count?.[0] ?? 0,
      rows: rows?.[0] ?? 0,
      padded: padded?.[0] ?? 0,
      padding: padding?.[0] ?? 0,
      several: several?.[0] === 1,
      bias: bias ?? [],
    };
  };
}

test('covers every length with equal blocks and less than one row of padding a block', async () => {
  const plan = await planOf(16, 24);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 600 }), async (length) => {
      const { count, rows, padded, padding, several } = await plan(length);
      expect(several).toBe(length > 24);
      expect(padded).toBe(count * rows);
      expect(padded - padding).toBe(length);
      expect(padding).toBeLessThan(count);
      expect(rows).toBeLessThanOrEqual(several ? 16 : 24);
    }),
    { numRuns: 60 },
  );
});

test('the causal bias is zero up to the diagonal and rules out the rest', async () => {
  const { bias, rows } = await (await planOf(16, 24))(3);
  expect(rows).toBe(3);
  expect(bias.map((x) => x === 0)).toEqual([true, false, false, true, true, false, true, true, true]);
  expect(Math.max(...bias.filter((x) => x !== 0))).toBeLessThan(-1e37);
});
