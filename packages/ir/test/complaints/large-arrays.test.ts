import { expect, test } from 'vitest';
import { sliceOf } from '../../src/codec/cursor.ts';
import {
  Graph,
  Model,
  Node,
  parseModel,
  printModel,
  readModelBytes,
  Tensor,
  takeSnapshot,
  tensorType,
  Value,
  verify,
  writeModelBytes,
} from '../../src/index.ts';
import { tinyModel } from '../support/tiny-model.ts';

/** More than a call can take as arguments. */
const MANY = 150_000;

test('glTF-Transform #1572: arrays of any length pass without being spread over the stack', () => {
  expect(() => Math.max(...new Uint8Array(MANY))).toThrow(RangeError);
  const inputs = Array.from(
    { length: MANY },
    (_, index) => new Value(`x${index}`, tensorType('float32', [1])),
  );
  const graph = new Graph('wide', inputs);
  const total = new Value('total', tensorType('float32', [1]));
  const sum = graph.append(new Node('Sum', inputs, [total]));
  sum.setAttribute('marks', {
    kind: 'ints',
    value: Array.from({ length: MANY }, (_, index) => BigInt(index)),
  });
  graph.addInitializer(graph.newValue('w'), Tensor.int64(Array.from({ length: MANY }, (_, index) => index)));
  graph.setOutputs([total, ...inputs]);
  const model = new Model(graph, [['', 20]]);
  const undo = takeSnapshot(model);
  sum.setInputs(inputs.slice(1));
  undo();
  const again = readModelBytes(writeModelBytes(model));
  const [node] = [...again.graph.nodes()];
  expect([node?.inputs.length, node?.ints('marks')?.length, again.graph.outputs.length]).toEqual([
    MANY,
    MANY,
    MANY + 1,
  ]);
  expect(verify(again)).toEqual([]);
  expect(parseModel(printModel(again)).graph.inputs).toHaveLength(MANY);
});

test('glTF-Transform #1341: more elements than a Set or Map can hold are no matter', () => {
  const size = 2 ** 24 + 1;
  const { model, graph } = tinyModel();
  const numbers = new Uint8Array(size);
  numbers[size - 1] = 7;
  graph.addInitializer(graph.newValue('many'), Tensor.fromBytes('uint8', [size], numbers));
  const again = readModelBytes(writeModelBytes(model));
  const tensor = [...again.graph.initializers].at(-1)?.tensor;
  expect([tensor?.size, tensor?.numbers().at(-1), verify(again)]).toEqual([size, 7, []]);
  expect(printModel(again)).toContain(`uint8[${size}] many`);
});

test('glTF-Transform #1195, #1317: weights are views of the file, copied neither by reading nor by changes', () => {
  const { model, graph } = tinyModel();
  graph.addInitializer(graph.newValue('big'), Tensor.floats(new Float32Array(100_000).fill(0.5)));
  const bytes = writeModelBytes(model);
  const read = readModelBytes(bytes);
  const big = [...read.graph.initializers].at(-1);
  const isView = () => big?.tensor?.bytes().buffer === sliceOf(bytes).bytes.buffer;
  expect(isView()).toBe(true);
  const { tensor } = big ?? {};
  const undo = takeSnapshot(read);
  for (const node of read.graph.nodes()) read.graph.remove(node);
  if (big) big.name = 'other';
  undo();
  expect([big?.tensor === tensor, isView()]).toEqual([true, true]);
});

test('glTF-Transform #1195: an array given to a node or a tensor is not changed through it, nor by its giver', () => {
  const { add, x, w } = tinyModel();
  const inputs = [x, w];
  add.setInputs(inputs);
  inputs.reverse();
  expect(add.inputs).toEqual([x, w]);
  const dims = [2, 1];
  const tensor = Tensor.fromBytes('uint8', dims, new Uint8Array(2));
  dims[0] = 5;
  expect(tensor.dims).toEqual([2, 1]);
});
