import { Graph, GraphBuilder, Model, Tensor, tensorType, type Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { clean, cleanInPlace } from '../support/clean.ts';
import { floats, initializer, operators, run, tinyModel } from '../support/tiny.ts';

test('TensorRT PR #2763: a ladder of diamonds takes exponential time', async () => {
  const levels = 400;
  const model = tinyModel({ x: [2] }, (b, [x]) => {
    let [left, right] = [b.op('Neg', [x as Value]), b.op('Abs', [x as Value])];
    for (let level = 0; level < levels; level++) {
      const sum = b.op('Max', [left, b.op('Identity', [right])]);
      // The twin of the sum is for the search for equal nodes, which compares what they read.
      [left, right] = [b.op('Neg', [sum]), b.op('Neg', [b.op('Max', [left, right])])];
    }
    return [b.op('Sub', [left, right])];
  });
  const cleaned = await clean(model);
  expect(cleaned.graph.nodeCount).toBeLessThanOrEqual(2 * levels + 3);
  const feeds = { x: floats([1, -2], [2]) };
  expect(await run(cleaned, feeds)).toEqual(await run(model, feeds));
});

test('TensorRT #4086, #3079, onnxruntime-genai #707: what is left is out of order, or said to be a cycle', async () => {
  const model = tinyModel({ x: [3] }, (b, [x]) => {
    const same = b.op('Identity', [x as Value]);
    const late = b.op('Mul', [same, b.op('Neg', [same])]);
    // The node that stays of two equal ones has to stand before the readers of both.
    const first = b.op('Add', [b.op('Exp', [x as Value]), late]);
    return [b.op('Sub', [first, b.op('Exp', [same])]), b.op('Neg', [x as Value])];
  });
  // `clean` finds the result valid, order included.
  const cleaned = await clean(model);
  expect(operators(cleaned).filter((name) => name === 'Exp')).toHaveLength(1);
  const feeds = { x: floats([1, -2, 3], [3]) };
  expect(await run(cleaned, feeds)).toEqual(await run(model, feeds));
});

test('glTF-Transform #1341: equal arrays of more elements than a Set can hold are found equal', async () => {
  const size = 2 ** 24 + 1;
  const model = tinyModel({ x: ['uint8', [size]] }, (b, [x]) => {
    const weights = [0, 0, 1].map((last, index) => {
      const bytes = new Uint8Array(size);
      bytes[size - 1] = last;
      return initializer(b.graph, `w${index}`, Tensor.fromBytes('uint8', [size], bytes));
    });
    const outputs = weights.map((weight) => b.op('Add', [x as Value, weight]));
    for (const output of outputs) output.type = tensorType('uint8', [size]);
    return outputs;
  });
  expect([...(await clean(model)).graph.initializers].map(({ name }) => name)).toEqual(['w0', 'w2']);
});

test('onnxsim #158, #262, #355: the clean-up of a model beyond 2 GiB reads all of its weights', async () => {
  const graph = new Graph('huge');
  const b = new GraphBuilder(graph);
  const x = graph.newValue('x', tensorType('float32', ['n', 2 ** 14]));
  graph.inputs.push(x);
  let value: Value = x;
  const read: number[] = [];
  for (let layer = 0; layer < 3; layer++) {
    // No two are of one shape, so that none can be equal to another.
    const weight = Tensor.lazy('float32', [2 ** 14, 2 ** 14 + layer], () => {
      read.push(layer);
      return new Uint8Array();
    });
    const product = b.op('MatMul', [value, initializer(graph, 'w', weight)]);
    value = b.op('Identity', [b.op('Slice', [product, b.int64([0]), b.int64([2 ** 14]), b.int64([1])])]);
  }
  value.type = tensorType('float32', ['n', 2 ** 14]);
  graph.setOutputs([value]);
  const model = new Model(graph, [['', 18]], 8);
  await cleanInPlace(model);
  expect(operators(model)).not.toContain('Identity');
  expect(read).toEqual([]);
});
