import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Model, readModelBytes, writeModelBytes } from '@sentei/ir';
import { InferenceSession } from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { canonicalizeNorms, canonicalizeNormsRule as rule } from '../src/canonicalize-norms.ts';
import { eliminateDeadCodeRule } from '../src/eliminate-dead-code.ts';
import { takeSurvey } from '../src/survey.ts';
import { type NormForm, normModel } from './support/norm.ts';
import { expectUntouched, floats, noise, once, operators, run } from './support/tiny.ts';

const folder = mkdtempSync(join(tmpdir(), 'sentei-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Operators that ONNX Runtime is left with after its own optimizations. */
async function fused(model: Model): Promise<string[]> {
  const optimizedModelFilePath = join(folder, 'optimized.onnx');
  const session = await InferenceSession.create(writeModelBytes(model), {
    graphOptimizationLevel: 'all',
    optimizedModelFilePath,
    logSeverityLevel: 4,
  });
  await session.release();
  return operators(readModelBytes(readFileSync(optimizedModelFilePath)));
}

const feeds = { x: floats(noise(48), [2, 3, 8]) };

describe('canonicalize-norms', () => {
  it.each<NormForm>([
    {},
    { square: 'mul' },
    { square: 'mul', inverse: 'div' },
    { inverse: 'one-over', epsilonFirst: true },
    { inverse: 'minus-half', scaleFirst: true },
    { inverse: 'div-half', constantNodes: true },
    { axesAttribute: true, options: { opset: 13 } },
    { square: 'mul', inverse: 'minus-half', options: { opset: 23 } },
    { square: 'mul', axesAttribute: true, options: { opset: 13, irVersion: 3 } },
  ])('brings %j to the form that ONNX Runtime fuses', async (form) => {
    const model = normModel(form);
    expect(once(model, rule)).toBe(1);
    once(model, eliminateDeadCodeRule);
    const kinds = operators(model).filter((op) => op !== 'Constant');
    expect(kinds).toEqual(['Pow', 'ReduceMean', 'Add', 'Sqrt', 'Div', 'Mul']);
    expectUntouched(model, rule);
    const [before, after] = await Promise.all([run(normModel(form), feeds), run(model, feeds)]);
    const [expected, result] = [Object.values(before)[0], Object.values(after)[0]];
    expect(result?.dims).toEqual(expected?.dims);
    for (const [i, value] of (result?.data ?? []).entries())
      expect(value).toBeCloseTo(expected?.data[i] ?? 0, 4);
    expect(await fused(model)).toEqual(['SimplifiedLayerNormalization']);
    // The runtime takes a Div by the root for a Reciprocal on its own; no other form is fused as it is.
    const asWritten = await fused(normModel(form));
    expect(asWritten.includes('SimplifiedLayerNormalization')).toBe(form.inverse === 'one-over');
  });

  it('does the same for a LayerNorm', async () => {
    const model = normModel({ centred: true, square: 'mul' }, (b, y) =>
      b.op('Add', [y, b.float32(noise(8))]),
    );
    expect(canonicalizeNorms(takeSurvey(model))).toBe(1);
    once(model, eliminateDeadCodeRule);
    expect(await fused(model)).toEqual(['LayerNormalization']);
  });

  it('brings a norm without gamma to the same form', () => {
    const model = normModel({ gamma: false, square: 'mul' });
    expect(once(model, rule)).toBe(1);
    once(model, eliminateDeadCodeRule);
    expect(operators(model)).toEqual(['Pow', 'ReduceMean', 'Add', 'Sqrt', 'Div']);
  });

  it('keeps names and metadata of the nodes', () => {
    const model = normModel();
    const root = [...model.graph.nodes()].find((node) => node.is('Mul'));
    root?.metadataProps.set('layer', '3');
    const name = root?.name;
    once(model, rule);
    expect([root?.opType, root?.name, root?.metadataProps.get('layer')]).toEqual(['Div', name, '3']);
  });

  it.each<[string, () => Model]>([
    ['a norm that is canonical', () => normModel({ inverse: 'div' })],
    [
      'a norm whose parts something else reads',
      () => normModel({}, (b, y, inner) => b.op('Add', [y, inner])),
    ],
    ['a mean that drops its axis', () => normModel({ keepdims: 0n })],
    ['operands broadcast by attributes', () => normModel({ options: { opset: 6 } })],
  ])('leaves %s', (_, build) => {
    expectUntouched(build(), rule);
  });

  it('leaves values that annotations mention', () => {
    const model = normModel();
    model.graph.quantizationAnnotations = [{ tensorName: 'sqrt_out', parameters: new Map() }];
    expectUntouched(model, rule);
  });
});
