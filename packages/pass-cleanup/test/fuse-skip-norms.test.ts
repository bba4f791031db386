import { type GraphBuilder, type Model, tensorType, type Value } from '@sentei/ir';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFuseSkipNormsRule } from '../src/fuse-skip-norms.ts';
import { takeSurvey } from '../src/survey.ts';
import {
  expectUntouched,
  type Feeds,
  floats,
  noise,
  once,
  operators,
  run,
  tinyModel,
} from './support/tiny.ts';

const rule = createFuseSkipNormsRule('cpu');
const feeds: Feeds = { x: floats(noise(48), [2, 3, 8]) };

interface Form {
  readonly kind: 'layer' | 'rms';
  readonly opset: 18 | 23;
  readonly bias: boolean;
  readonly beta: boolean;
  /** Who reads the sum besides the norm. */
  readonly reader: 'nobody' | 'node' | 'output';
  readonly swap: boolean;
}

function norm(b: GraphBuilder, x: Value, { kind, opset, beta }: Form): Value {
  const gain = b.float32(noise(8, 4));
  const attributes = { epsilon: 1e-5, axis: -1n };
  const types = [tensorType('float32', ['n', 'l', 8])];
  if (kind === 'layer') {
    const parameters = beta ? [gain, b.float32(noise(8, 5))] : [gain];
    return b.op('LayerNormalization', [x, ...parameters], { attributes, types });
  }
  const name = opset === 23 ? 'RMSNormalization' : 'SimplifiedLayerNormalization';
  return b.op(name, [x, gain], { attributes, types });
}

function build(form: Form): Model {
  return tinyModel(
    { x: ['n', 'l', 8] },
    (b, [x]) => {
      const y = b.op('MatMul', [x as Value, b.float32(noise(64, 2), [8, 8])]);
      const branch = form.bias
        ? b.op('Add', [b.op('Neg', [x as Value]), b.float32(noise(8, 3))])
        : (x as Value);
      const sum = b.op('Add', form.swap ? [y, branch] : [branch, y]);
      // A reader of the sum that comes before the norm.
      const early = form.reader === 'node' ? b.op('Neg', [sum]) : undefined;
      const result = norm(b, sum, form);
      if (form.reader === 'output') return [result, sum];
      return early === undefined ? [result] : [b.op('Add', [result, early])];
    },
    { opset: form.opset },
  );
}

const forms: fc.Arbitrary<Form> = fc.record({
  kind: fc.constantFrom('layer', 'rms'),
  opset: fc.constantFrom(18, 23),
  bias: fc.boolean(),
  beta: fc.boolean(),
  reader: fc.constantFrom('nobody', 'node', 'output'),
  swap: fc.boolean(),
});

describe('fuse-skip-norms', () => {
  it('gives the same numbers, and the sum to whoever reads it', async () => {
    await fc.assert(
      fc.asyncProperty(forms, async (form) => {
        const [before, after] = [build(form), build(form)];
        expect(once(after, rule)).toBe(1);
        const skip = form.kind === 'layer' ? 'SkipLayerNormalization' : 'SkipSimplifiedLayerNormalization';
        expect(operators(after)).toContain(skip);
        expect(operators(after).filter((opType) => opType === 'Add').length).toBe(
          form.reader === 'node' ? 1 : 0,
        );
        expect(after.opsetImports.get('com.microsoft')).toBe(1);
        const [expected, result] = [await run(before, feeds), await run(after, feeds)];
        for (const [name, { dims, data }] of Object.entries(expected)) {
          expect(result[name]?.dims).toEqual(dims);
          for (const [i, value] of data.entries()) expect(result[name]?.data[i]).toBeCloseTo(value, 4);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('refuses sums that may be broadcast, other axes, four axes and means that are read', async () => {
    const base: Form = { kind: 'layer', opset: 18, bias: false, beta: false, reader: 'nobody', swap: false };
    const with4 = tinyModel({ x: ['n', 'l', 2, 8] }, (b, [x]) => [
      b.op('LayerNormalization', [b.op('Add', [x as Value, x as Value]), b.float32(noise(8))]),
    ]);
    // Nothing checks that inputs with the same symbols are equally long, and the runtime would return a sum like the first.
    const broadcast = tinyModel({ x: ['n', 'l', 8], y: ['n', 'l', 8] }, (b, [x, y]) => [
      norm(b, b.op('Add', [x as Value, y as Value]), base),
    ]);
    const axes = tinyModel({ x: ['n', 3, 8], y: ['n', 3, 8] }, (b, [x, y]) => [
      b.op('LayerNormalization', [b.op('Add', [x as Value, y as Value]), b.float32(noise(24), [3, 8])], {
        attributes: { axis: -2n },
      }),
    ]);
    const means = tinyModel({ x: ['n', 'l', 8] }, (b, [x]) =>
      b.ops('LayerNormalization', [b.op('Add', [x as Value, x as Value]), b.float32(noise(8))], 2),
    );
    const wide = tinyModel({ x: ['n', 3, 8] }, (b, [x]) => [
      b.op('LayerNormalization', [b.op('Add', [x as Value, x as Value]), b.float32(noise(24), [3, 8])]),
    ]);
    const cases: [Model, RegExp][] = [
      [with4, /the sum has 4 axes/],
      [broadcast, /not known to have the same shape/],
      [axes, /taken over axes \[-2,-1\]/],
      [means, /reads its mean/],
      [wide, /extent of the axis/],
    ];
    for (const [model, reason] of cases) {
      expectUntouched(model, rule);
      const context = {
        logger: { info: () => undefined, warn: () => undefined },
        judge: undefined,
        maxDrop: 0,
        progress: () => undefined,
      };
      const refusals = await createFuseSkipNormsRule('cpu').prepare?.(takeSurvey(model), context);
      expect(refusals?.map((refusal) => refusal.reason).join()).toMatch(reason);
    }
  });
});
