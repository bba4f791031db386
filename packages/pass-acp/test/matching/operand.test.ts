import { Graph, GraphBuilder, Model, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { arrange, type Operand, repeatAlong } from '../../src/matching/operand.ts';
import { runModel } from '../support/run-model.ts';

/** What a build makes of x = 0, 1, 2, … of the given extents, and how long that is. */
async function run(dims: readonly number[], build: (b: GraphBuilder, x: Value) => Value): Promise<number[]> {
  const x = new Value('x', tensorType('float32', [...dims]));
  const graph = new Graph('g', [x]);
  const output = build(new GraphBuilder(graph), x);
  output.type = tensorType('float32', undefined);
  graph.setOutputs([output]);
  const data = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => i);
  return [...(await runModel(new Model(graph, [['', 18]], 10), { x: { data, dims } }))];
}

test('heads that share keys are repeated one by one', async () => {
  const repeated = await run([1, 2, 1, 2], (b, x) => repeatAlong(b, x, 1, 4, 2));
  expect(repeated).toEqual([0, 1, 0, 1, 2, 3, 2, 3]);
});

test('a missing axis gets extent 1, and packed heads are taken apart', async () => {
  const sums: Operand['axes'] = ['batch', 'head', 'position'];
  const arranged = await run([1, 3], (b, x) =>
    arrange(b, { value: x, axes: ['batch', 'position'], repeats: 2 }, sums),
  );
  expect(arranged).toEqual([0, 1, 2, 0, 1, 2]);
  // Two positions of two heads with two channels each.
  const unpacked = await run([1, 2, 4], (b, x) =>
    arrange(b, { value: x, axes: ['batch', 'position', 'channel'], packedHeads: 2 }, [
      'batch',
      'head',
      'position',
      'channel',
    ]),
  );
  expect(unpacked).toEqual([0, 1, 4, 5, 2, 3, 6, 7]);
});
