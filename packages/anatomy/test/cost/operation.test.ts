import { inferTypes, parseModel } from '@sentei/ir';
import { expect, test } from 'vitest';
import { Operation, product, UnknownSize } from '../../src/cost/operation.ts';

function operation(inputs: string, node: string): Operation {
  const model = parseModel(`<ir_version: 10, opset_import: ["": 21]> g (${inputs}) => (y) { ${node} }`);
  const [first] = model.graph.nodes();
  if (first === undefined) throw new Error('no node');
  return new Operation(first, inferTypes(model));
}

test('sizes are those of inputs and outputs', () => {
  const gather = operation('float16[5, 4] x, int64[2, 3] i', 'y = Gather (x, i)');
  expect([gather.shape(0), gather.size(1), gather.outputShape()]).toEqual([[5, 4], 6, [2, 3, 4]]);
  expect([gather.isFloating, gather.has(1), gather.has(2), gather.inputCount]).toEqual([
    true,
    true,
    false,
    2,
  ]);
  expect(gather.node.inputs.map((value) => value && gather.bytes(value))).toEqual([40, 48]);
});

test('what is not known is an error that says what', () => {
  const add = operation('float[n, 4] x, float w', 'y = Add (x, w)');
  expect(() => add.size(0)).toThrow('the shape of input 0 is only known in a run');
  expect(() => add.size(2)).toThrow(UnknownSize);
  expect(() => operation('x', 'y = Relu (x)').isFloating).toThrow('element type is not known');
});

test('the only element of a constant is known, others are not', () => {
  const loop = operation('float[3] x', 'y = Reshape (x, s)');
  expect([loop.integer(0), loop.integer(1), loop.integer(5)]).toEqual([undefined, undefined, undefined]);
});

test('nothing multiplied is one', () => {
  expect([product([]), product([2, 0, 5]), product([2, 3])]).toEqual([1, 0, 6]);
});
