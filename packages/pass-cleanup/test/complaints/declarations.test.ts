import { DATA_TYPES, type GraphBuilder, type Model, Tensor, tensorType, type Value } from '@sentei/ir';
import { describe, expect, it, test } from 'vitest';
import { clean } from '../support/clean.ts';
import { floats, initializer, noise, operators, run, tinyModel } from '../support/tiny.ts';

const shapesOf = (model: Model) =>
  new Map(
    [...model.graph.allNodes()].flatMap((node) =>
      node.outputs.map(({ name, shape }) => [name, shape] as const),
    ),
  );

describe('OnnxSlim #188, ORT PR #12215, transformers.js PR #1297: shapes that were known are gone', () => {
  it('every value that stays declares what it declared', async () => {
    const types = [tensorType('float32', ['batch', 8])];
    const model = tinyModel({ x: ['batch', 8] }, (b, [x]) => {
      const first = b.op('Abs', [b.op('Identity', [x as Value], { types })], { types });
      const hits = b.op('NonZero', [first], { types: [tensorType('int64', [2, 'hits'])] });
      const twin = b.op('Abs', [x as Value], { types });
      return [b.op('Add', [b.op('Mul', [first, twin], { types }), b.float32([2], [])], { types }), hits];
    });
    const before = shapesOf(model);
    const cleaned = await clean(model);
    expect(operators(cleaned)).toEqual(['Abs', 'NonZero', 'Mul', 'Add']);
    for (const [name, shape] of shapesOf(cleaned)) expect([name, shape]).toEqual([name, before.get(name)]);
    expect(cleaned.graph.outputs.map(({ shape }) => shape)).toEqual([
      ['batch', 8],
      [2, 'hits'],
    ]);
  });

  it('a value takes over the shape that only its copy had', async () => {
    const model = tinyModel({ x: ['batch', 8] }, (b, [x]) => {
      const bare = b.op('Mystery', [x as Value], { domain: 'com.example' });
      return [b.op('Abs', [b.op('Identity', [bare], { types: [tensorType('float32', ['batch', 4])] })])];
    });
    model.opsetImports.set('com.example', 1);
    const [mystery] = [...(await clean(model)).graph.nodes()];
    expect([mystery?.opType, mystery?.outputs[0]?.shape]).toEqual(['Mystery', ['batch', 4]]);
  });
});

test('onnxsim #101, #170, #182: an extent that the declared shapes leave open is computed, not written down', async () => {
  const model = tinyModel({ x: ['n', 'm'] }, (b, [x]) => {
    const extent = (index: number) => b.op('Gather', [b.op('Shape', [x as Value]), b.int64([index])]);
    const target = b.op('Concat', [extent(1), extent(0)], { attributes: { axis: 0n } });
    return [b.op('Reshape', [x as Value, target])];
  });
  const cleaned = await clean(model);
  expect(operators(cleaned)).toContain('Shape');
  for (const dims of [
    [2, 3],
    [5, 1],
  ]) {
    const feeds = { x: floats(noise(dims.reduce((a, b) => a * b)), dims) };
    expect(await run(cleaned, feeds)).toEqual(await run(model, feeds));
  }
});

describe('onnxscript #2637, PR #2682, winml-cli #83: metadata goes with the nodes it is on', () => {
  it('of two equal nodes the one that stays has what either said', async () => {
    const model = tinyModel({ x: [2] }, (b, [x]) => [
      b.op('Mul', [b.op('Exp', [x as Value], { name: 'a' }), b.op('Exp', [x as Value], { name: 'b' })]),
    ]);
    for (const node of model.graph.nodes()) node.metadataProps.set(`from ${node.name}`, 'yes');
    const [exp, mul] = [...(await clean(model)).graph.nodes()];
    expect([exp?.opType, mul?.opType]).toEqual(['Exp', 'Mul']);
    expect([...(exp?.metadataProps.keys() ?? [])]).toEqual(['from a', 'from b']);
  });

  it('inputs, outputs and what the file says of itself keep all of theirs', async () => {
    const model = tinyModel({ x: [2] }, (b, [x]) => [b.op('Identity', [b.op('Abs', [x as Value])])]);
    model.producerName = 'exporter';
    model.docString = 'a model';
    model.graph.metadataProps.set('framework', 'torch');
    for (const value of [...model.graph.inputs, ...model.graph.outputs])
      value.metadataProps.set('role', value.name);
    const cleaned = await clean(model);
    expect(operators(cleaned)).toEqual(['Abs']);
    expect([cleaned.producerName, cleaned.docString]).toEqual(['exporter', 'a model']);
    expect(cleaned.graph.metadataProps.get('framework')).toBe('torch');
    const values = [...cleaned.graph.inputs, ...cleaned.graph.outputs];
    expect(values.map(({ name, metadataProps }) => metadataProps.get('role') === name)).toEqual([true, true]);
  });
});

/** A sum of constants, and axes as an attribute, as opsets before 13 had them. */
const old = (b: GraphBuilder, x: Value) => {
  const constant = b.op('Neg', [b.op('Neg', [initializer(b.graph, 'w', Tensor.floats([1, 2, 3]))])]);
  const cast = b.op('Cast', [b.op('Identity', [x])], { attributes: { to: BigInt(DATA_TYPES.float32) } });
  const rows = b.op('Unsqueeze', [constant], { attributes: { axes: [0n] } });
  return b.op('Concat', [cast, rows], { attributes: { axis: 0n } });
};

describe('OnnxSlim #320: a model below opset 7 ends the clean-up', () => {
  it.each([6, 7, 12])('opset %i is cleaned, and stays what it is', async (opset) => {
    const model = tinyModel({ x: ['n', 3] }, (b, [x]) => [old(b, x as Value)], { opset });
    const cleaned = await clean(model);
    expect([cleaned.opset, cleaned.irVersion]).toEqual([opset, 8]);
    expect(cleaned.graph.nodeCount).toBeLessThan(model.graph.nodeCount);
    // ONNX Runtime 1.30 has no kernels for operators of opset 6.
    if (opset < 7) return;
    const feeds = { x: floats(noise(6), [2, 3]) };
    expect(await run(cleaned, feeds)).toEqual(await run(model, feeds));
  });
});

test('onnxruntime-node 1.30: constants that were folded at IR version 3 become inputs that callers must feed', async () => {
  const model = tinyModel({ x: ['n', 3] }, (b, [x]) => [old(b, x as Value)], { opset: 12, irVersion: 3 });
  // Before IR version 4 every initializer is an input as well.
  model.graph.inputs.push(...model.graph.initializers);
  const cleaned = await clean(model);
  expect(cleaned.irVersion).toBe(3);
  const fed = ({ graph }: Model) => graph.inputs.filter(({ tensor }) => !tensor).map(({ name }) => name);
  expect(fed(cleaned)).toEqual(['x']);
  const feeds = { x: floats(noise(6), [2, 3]) };
  expect(await run(cleaned, feeds)).toEqual(await run(model, feeds));
});
