import { type GraphBuilder, Node, type Shape, Tensor, tensorType, type Value } from '@sentei/ir';
import { describe, expect, test } from 'vitest';
import { clean } from '../support/clean.ts';
import { floats, initializer, noise, operators, run, tinyModel } from '../support/tiny.ts';

type Build = (builder: GraphBuilder, x: Value) => Value;

describe('OnnxSlim #15, #30, #118, #277, onnx #2024: the slimmed model computes something else', () => {
  const axes = (b: GraphBuilder, ...values: number[]) => b.int64(values);
  test.each<[string, Build]>([
    [
      'two slices of one axis in a row',
      (b, x) => {
        const first = b.op('Slice', [x, axes(b, 1), axes(b, 6), axes(b, 1)]);
        return b.op('Slice', [first, axes(b, 0), axes(b, 2), axes(b, 1)]);
      },
    ],
    [
      'slices of two axes in a row',
      (b, x) =>
        b.op('Slice', [
          b.op('Slice', [x, axes(b, 1), axes(b, 3), axes(b, 0)]),
          axes(b, -3),
          axes(b, 2 ** 40),
          axes(b, 1),
        ]),
    ],
    [
      'a slice that runs backwards',
      (b, x) => b.op('Slice', [x, axes(b, -1), axes(b, -100), axes(b, 1), axes(b, -2)]),
    ],
    [
      'transposes that do not undo each other',
      (b, x) => {
        const attributes = { perm: [1n, 0n] };
        return b.op('Transpose', [b.op('Relu', [b.op('Transpose', [x], { attributes })])], { attributes });
      },
    ],
    [
      'a reshape with 0 and -1',
      (b, x) => b.op('Reshape', [b.op('Reshape', [x, axes(b, -1)]), axes(b, 4, -1)]),
    ],
    [
      'x + 0 where x holds -0',
      (b, x) =>
        b.op('Div', [
          b.float32([1], []),
          b.op('Add', [b.op('Mul', [x, b.float32([-0], [])]), b.float32([0], [])]),
        ]),
    ],
  ])('%s', async (_, build) => {
    const model = tinyModel({ x: [4, 7] }, (b, [x]) => [build(b, x as Value)]);
    const feeds = { x: floats(noise(28), [4, 7]) };
    expect(await run(await clean(model), feeds)).toEqual(await run(model, feeds));
  });
});

test('onnxoptimizer #133: a batch norm whose statistics something else reads is not folded wrongly', async () => {
  const model = tinyModel({ x: [1, 3, 4] }, (b, [x]) => {
    const [scale, bias, mean, variance] = [2, 0.5, -1, 3].map((value) =>
      b.float32([value, value + 1, value + 2]),
    );
    const normal = b.op(
      'BatchNormalization',
      [x, scale, bias, mean, variance].map((value) => value ?? null),
    );
    return [normal, b.op('Add', [mean as Value, b.float32([1, 1, 1])])];
  });
  const feeds = { x: floats(noise(12), [1, 3, 4]) };
  expect(await run(await clean(model), feeds)).toEqual(await run(model, feeds));
});

test('onnxscript #2810: folding a node takes away axes that another node still reads', async () => {
  const model = tinyModel({ x: [2, 3] }, (b, [x]) => {
    const axes = b.op('Constant', [], { attributes: { value: Tensor.int64([0]) } });
    const folded = b.op('Unsqueeze', [b.float32([1, 2, 3]), axes]);
    return [b.op('Add', [x ?? null, folded]), b.op('Unsqueeze', [x ?? null, axes])];
  });
  const cleaned = await clean(model);
  const feeds = { x: floats(noise(6), [2, 3]) };
  expect(await run(cleaned, feeds)).toEqual(await run(model, feeds));
  expect(operators(cleaned)).not.toContain('Constant');
});

test('OnnxSlim #38: metadata of what stays is still there', async () => {
  const model = tinyModel({ x: [2] }, (b, [x]) => [b.op('Abs', [b.op('Identity', [x ?? null])])]);
  model.metadataProps.set('author', 'us');
  for (const node of model.graph.nodes()) node.metadataProps.set('layer', node.opType);
  const cleaned = await clean(model);
  const [abs] = [...cleaned.graph.nodes()];
  expect([cleaned.metadataProps.get('author'), abs?.metadataProps.get('layer')]).toEqual(['us', 'Abs']);
});

test('onnxsim #101, #170, #182: dimensions that were free are fixed', async () => {
  const free: Shape = ['batch', 3];
  const model = tinyModel({ x: free }, (b, [x]) => {
    const shape = b.op('Shape', [x ?? null]);
    return [b.op('Reshape', [b.op('Relu', [x ?? null]), shape])];
  });
  const cleaned = await clean(model);
  expect(cleaned.graph.inputs[0]?.shape).toEqual(free);
  for (const rows of [1, 5]) {
    const feeds = { x: floats(noise(3 * rows), [rows, 3]) };
    expect((await run(cleaned, feeds))[cleaned.graph.outputs[0]?.name ?? '']?.dims).toEqual([rows, 3]);
  }
});

test('onnxsim #210, #246, #327: operators it does not know stop the clean-up, or are lost', async () => {
  const model = tinyModel({ x: [2] }, (b, [x]) => {
    const custom = b.op('Mystery', [b.op('Identity', [x ?? null])], {
      domain: 'com.example',
      types: [tensorType('float32', [2])],
    });
    return [b.op('Abs', [b.op('Identity', [custom])])];
  });
  model.opsetImports.set('com.example', 1);
  const cleaned = await clean(model);
  expect(operators(cleaned)).toEqual(['Mystery', 'Abs']);
  expect([...cleaned.graph.nodes()][0]?.outputs[0]?.shape).toEqual([2]);
});

test('onnxsim PR #1012, ORT PR #32474: initializers inside of subgraphs are not seen, or lose their names', async () => {
  const model = tinyModel({ x: [2], condition: ['bool', []] }, (b, [x, condition]) => {
    const branch = (name: string) =>
      b.subgraph(name, [], (body) => {
        const weight = initializer(body.graph, `${name}_weight`, Tensor.floats([1, 2]));
        initializer(body.graph, `${name}_unused`, Tensor.floats(noise(100)));
        const value = body.op('Add', [body.op('Identity', [x ?? null]), weight]);
        return [{ value, type: tensorType('float32', [2]) }];
      });
    return [
      b.op('If', [condition ?? null], { attributes: { then_branch: branch('a'), else_branch: branch('b') } }),
    ];
  });
  const cleaned = await clean(model);
  const graphs = [...cleaned.graphs()];
  expect(graphs.map(({ nodeCount }) => nodeCount)).toEqual([1, 1, 1]);
  const names = graphs.flatMap(({ initializers }) => [...initializers].map(({ name }) => name));
  expect(names).toEqual([...new Set(names)]);
  expect(names.filter((name) => name.includes('unused'))).toEqual([]);
});

test('glTF-Transform #1572: a long chain overflows the stack', async () => {
  const model = tinyModel({ x: [2] }, (b, [x]) => {
    let value = x as Value;
    for (let index = 0; index < 50_000; index++) value = b.op(index % 2 === 0 ? 'Identity' : 'Neg', [value]);
    return [value];
  });
  const cleaned = await clean(model);
  expect(cleaned.graph.nodeCount).toBe(25_000);
  expect([...cleaned.graph.nodes()].every((node) => node instanceof Node && node.opType === 'Neg')).toBe(
    true,
  );
});
