import { Graph, GraphBuilder, Model, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { lowestGate } from '../../src/fused/lowest-gate.ts';
import { runModel } from '../support/run-model.ts';

/** The limit for queries and keys [1, L, 1, 2] that are all (x, x), and for a sequence that is `times` as long. */
async function limitFor(x: number, setting: { bound?: number; length?: number; opset?: number } = {}) {
  const { bound, length = 3, opset = 18 } = setting;
  const input = new Value('x', tensorType('float32', [1, 'length', 1, 2]));
  const graph = new Graph('main', [input]);
  const b = new GraphBuilder(graph);
  const limit = lowestGate(b, {
    scoreBound: bound,
    scale: 0.5,
    query: input,
    key: input,
    keyAxis: 3,
    length: b.int64([length]),
    opset,
  });
  const output = b.op('Reshape', [limit, b.int64([1])], { types: [tensorType('float32', [1])] });
  graph.setOutputs([output]);
  const feed = {
    data: new Float32Array(2 * Math.min(length, 3)).fill(x),
    dims: [1, Math.min(length, 3), 1, 2],
  };
  const [result = Number.NaN] = await runModel(new Model(graph, [['', opset]], 10), { x: feed });
  return result;
}

test.each([0, 8, 64, 500])(
  'keys behind one gate weigh next to nothing where scores are within %d',
  async (bound) => {
    // exp(2U + gate) is what such a key may weigh against the row's own.
    expect(2 * bound + (await limitFor(1000, { bound }))).toBe(-128);
  },
);

test.each([13, 18])(
  'takes the largest norms of the input where the weights tell no bound (opset %d)',
  async (opset) => {
    // 0.5 · |q| · |k| = 0.5 · 2 · x².
    const limit = await limitFor(30, { opset });
    expect(limit).toBeLessThanOrEqual(-128 - 2 * 900);
    expect(limit).toBeGreaterThan(-128 - 2 * 900 * 1.01);
  },
);

test('an empty sequence has a limit, and a long one none that its sum would leave the range by', async () => {
  expect(await limitFor(1, { length: 0 })).toBe(-128);
  expect(await limitFor(30, { length: 2 ** 20 })).toBe(-256);
});
