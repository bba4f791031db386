import { Graph, GraphBuilder, Model, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { planFused } from '../../src/fused/fused-plan.ts';
import { runningSums } from '../../src/fused/running-sums.ts';
import { runModel } from '../support/run-model.ts';

/** Sums of x [batch, L, 2], and those before each chunk, one after the other. */
function sumsModel(which: 'sums' | 'before'): Model {
  const x = new Value('x', tensorType('float32', ['batch', 'length', 2]));
  const graph = new Graph('main', [x]);
  const b = new GraphBuilder(graph);
  const plan = planFused(b, x, { batch: 0, position: 1 }, 0);
  const sums = runningSums(b, x, plan.pads, 2, b.float32([-1000], []))[which];
  const y = b.op('Cast', [sums], { attributes: { to: 1n }, types: [tensorType('float32')] });
  graph.setOutputs([y]);
  return new Model(graph, [['', 18]]);
}

test.each([1, 127, 128, 129, 500])('adds up %i gates of each head from its start', async (length) => {
  const data = Float32Array.from({ length: 2 * length * 2 }, (_, i) => -((i * 37) % 101) / 64);
  data[5] = Number.NEGATIVE_INFINITY;
  const feed = { x: { data, dims: [2, length, 2] } };
  const [sums, before] = [await runModel(sumsModel('sums'), feed), await runModel(sumsModel('before'), feed)];
  const chunks = Math.ceil(length / 128);
  for (let item = 0; item < 2; item++) {
    for (let head = 0; head < 2; head++) {
      let sum = 0;
      for (let i = 0; i < length; i++) {
        if (i % 128 === 0) expect(before[(item * chunks + i / 128) * 2 + head]).toBe(Math.fround(sum));
        sum += Math.max(data[(item * length + i) * 2 + head] ?? 0, -1000);
        expect(sums[(item * chunks * 128 + i) * 2 + head]).toBe(Math.fround(sum));
      }
    }
  }
});
