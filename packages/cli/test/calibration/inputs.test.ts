import { Graph, Model, Tensor, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { inputsOf } from '../../src/calibration/inputs.ts';

test('inputs are what callers have to feed, with what the file says of them', () => {
  const ids = new Value('ids', tensorType('int64', ['batch', 'sequence']));
  const strange = new Value('strange', tensorType('bfloat16', [1]));
  const unknown = new Value('unknown');
  const fallback = new Value('fallback', tensorType('float32', [1]));
  fallback.tensor = Tensor.floats(Float32Array.of(1), [1]);
  const graph = new Graph('inputs', [ids, strange, unknown, fallback], [ids]);
  graph.initializers.add(fallback);
  expect(inputsOf(new Model(graph, [['', 17]]))).toEqual([
    { name: 'ids', type: 'int64', dims: ['batch', 'sequence'] },
    { name: 'strange', type: null, dims: [1] },
    { name: 'unknown', type: null, dims: null },
  ]);
});
