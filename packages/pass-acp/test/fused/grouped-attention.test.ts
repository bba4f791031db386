import { Graph, GraphBuilder, Model, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { biasParts } from '../../src/fused/bias-columns.ts';
import { planFused } from '../../src/fused/fused-plan.ts';
import { attentionByGroups, type HeadGroup } from '../../src/fused/grouped-attention.ts';
import { runModel } from '../support/run-model.ts';

const [HEADS, LENGTH] = [3, 300];

/** Queries and keys of zeros and open gates: each row is the mean of the values x [1, L, heads, 8] that it sees. */
function meansModel(groups: readonly HeadGroup[]): Model {
  const x = new Value('x', tensorType('float32', [1, 'length', HEADS, 8]));
  const graph = new Graph('main', [x]);
  const b = new GraphBuilder(graph);
  const plan = planFused(b, x, { batch: 0, position: 1 }, 0);
  const zeros = b.op('Mul', [x, b.float32([0], [])]);
  const sums = b.op('Cast', [b.op('Slice', [zeros, b.int64([0]), b.int64([1]), b.int64([3])])], {
    attributes: { to: 11n },
  });
  const operands = {
    ...{ query: zeros, key: zeros, value: x, mask: undefined },
    parts: biasParts(b, sums, plan.length, 1, 'float32'),
    ...{ heads: HEADS, channels: 8, valueChannels: 8, size: 16, scale: 1 },
    precision: 'float32' as const,
  };
  const y = attentionByGroups(b, operands, plan, groups);
  y.type = tensorType('float32');
  graph.setOutputs([y]);
  return new Model(graph, [
    ['', 18],
    ['com.microsoft', 1],
  ]);
}

const ALL = Number.POSITIVE_INFINITY;

test.each<[string, HeadGroup[]]>([
  ['one group', [{ heads: [0, 1, 2], window: ALL }]],
  ['one window', [{ heads: [0, 1, 2], window: 128 }]],
  [
    'heads in their order',
    [
      { heads: [0], window: 128 },
      { heads: [1, 2], window: ALL },
    ],
  ],
  [
    'heads out of order',
    [
      { heads: [1], window: 128 },
      { heads: [0, 2], window: 256 },
    ],
  ],
])('every query of %s sees its own key and those just before it', async (_, groups) => {
  const value = (position: number, head: number, channel: number) =>
    Math.sin(position * 0.7 + head) + channel;
  const data = Float32Array.from({ length: LENGTH * HEADS * 8 }, (_, index) =>
    value(Math.floor(index / (HEADS * 8)), Math.floor(index / 8) % HEADS, index % 8),
  );
  const y = await runModel(meansModel(groups), { x: { data, dims: [1, LENGTH, HEADS, 8] } });
  for (const { heads, window } of groups) {
    for (const head of heads) {
      for (let i = 0; i < LENGTH; i += 13) {
        const first = Math.max(0, i - window + 1);
        let sum = 0;
        for (let j = first; j <= i; j++) sum += value(j, head, 2);
        expect(y[(i * HEADS + head) * 8 + 2]).toBeCloseTo(sum / (i - first + 1), 4);
      }
    }
  }
});
