import { readModel } from '@sentei/ir';
import { expect, test } from 'vitest';
import { findNorms } from '../src/norm.ts';
import { modelOf, skipNormTransformer } from './support/residual-models.ts';

const GAIN = [1, 2, 3, 4];

test.each([
  ['LayerNormalization', '', 'layer', true],
  ['RMSNormalization', '', 'rms', false],
  ['SimplifiedLayerNormalization', '', 'rms', false],
  ['SimplifiedLayerNormalization', 'com.microsoft', 'rms', false],
] as const)('reads %s of domain "%s"', (opType, domain, kind, hasBias) => {
  const model = modelOf((b, x) => {
    const inputs = [x, b.float32(GAIN), ...(hasBias ? [b.float32([0, 0, 0, 1])] : [])];
    return b.op(opType, inputs, { domain, attributes: { epsilon: 0.25, axis: 1n } });
  });
  const [norm, ...others] = findNorms(model.graph);
  expect(others).toEqual([]);
  expect(norm).toMatchObject({ kind, epsilon: 0.25, axes: [-2, -1], added: [] });
  expect(norm?.scale?.tensor?.numbers()).toEqual(Float64Array.from(GAIN));
  expect(norm?.bias === undefined).toBe(!hasBias);
  expect([norm?.input.name, norm?.output.name]).toEqual(['x', 'y']);
});

test('an axis from the front goes as far as the gain where the rank is unknown', () => {
  const model = modelOf((b, x) =>
    b.op('LayerNormalization', [b.op('Relu', [x]), b.float32(GAIN)], { attributes: { axis: 2n } }),
  );
  expect(findNorms(model.graph)[0]).toMatchObject({ axes: [2], epsilon: 1e-5 });
});

test.each([
  ['SkipSimplifiedLayerNormalization', 'rms'],
  ['SkipLayerNormalization', 'layer'],
] as const)('reads %s with what it adds and the sum it returns', (opType, kind) => {
  const norms = findNorms(skipNormTransformer(1, 'pre', opType).graph).filter(
    (norm) => norm.added.length > 0,
  );
  expect(norms).toHaveLength(2);
  const [first, second] = norms;
  expect(first).toMatchObject({ kind, epsilon: 1e-12, axes: [-1] });
  expect(first?.added).toHaveLength(1);
  expect(first?.sum).toBe(second?.input);
});

test('an operator of another domain with the same name is no norm', () => {
  const model = modelOf((b, x) => b.op('LayerNormalization', [x, b.float32(GAIN)], { domain: 'example' }));
  expect(findNorms(model.graph)).toEqual([]);
});

test('finds norms in subgraphs', () => {
  const model = modelOf((b, x) => {
    const condition = b.op('Greater', [
      b.op('ReduceMax', [x], { attributes: { keepdims: 0n } }),
      b.float32([0], []),
    ]);
    const type = x.type ?? { kind: 'unknown' as const };
    const branch = (name: string, axis: bigint) =>
      b.subgraph(name, [], (body) => [
        { value: body.op('LayerNormalization', [x, body.float32(GAIN)], { attributes: { axis } }), type },
      ]);
    return b.op('If', [condition], {
      attributes: { then_branch: branch('then', -1n), else_branch: branch('else', -2n) },
    });
  });
  expect(findNorms(model.graph).map((norm) => norm.axes)).toEqual([[-1], [-2, -1]]);
});

test('finds every norm of the checkpoint, with the gains behind their casts', async () => {
  const norms = findNorms((await readModel('checkpoints/fox-pro-6l/model.onnx')).graph);
  expect(norms).toHaveLength(31);
  expect(norms.every((norm) => norm.kind === 'rms' && norm.nodes.length === 7)).toBe(true);
  expect(new Set(norms.map((norm) => `${norm.axes} ${norm.epsilon.toExponential(0)}`))).toEqual(
    new Set(['-1 1e-6']),
  );
  const widths = norms.map((norm) => norm.scale?.shape?.[0]);
  expect(widths.filter((width) => width === 256)).toHaveLength(13);
  expect(widths.filter((width) => width === 64)).toHaveLength(18);
});
