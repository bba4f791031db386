import {
  type DataType,
  type GraphBuilder,
  inferTypes,
  isTensorType,
  type Model,
  Tensor,
  tensorType,
  type Value,
} from '@sentei/ir';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFuseNormsRule } from '../src/fuse-norms.ts';
import { takeSurvey } from '../src/survey.ts';
import { type NormForm, normModel } from './support/norm.ts';
import { expectUntouched, floats, noise, once, operators, run, tinyModel } from './support/tiny.ts';

const rule = createFuseNormsRule('cpu');
const feeds = { x: floats(noise(48), [2, 3, 8]) };
const to = (type: 'float16' | 'float32') => ({ attributes: { to: type === 'float16' ? 10n : 1n } });

async function reasons(model: Model): Promise<string[]> {
  const fresh = createFuseNormsRule('cpu');
  const context = {
    logger: { info: () => undefined, warn: () => undefined },
    judge: undefined,
    maxDrop: 0,
    progress: () => undefined,
  };
  return ((await fresh.prepare?.(takeSurvey(model), context)) ?? []).map(({ reason }) => reason);
}

/** How far two runs are apart, relative to the largest number. */
async function difference(before: Model, after: Model): Promise<number> {
  const [a, b] = [await run(before, feeds), await run(after, feeds)].map(
    (result) => Object.values(result)[0],
  );
  expect(b?.dims).toEqual(a?.dims);
  const largest = Math.max(...(a?.data ?? []).map(Math.abs));
  return Math.max(...(a?.data ?? []).map((value, i) => Math.abs(value - (b?.data[i] ?? NaN)))) / largest;
}

const forms: fc.Arbitrary<NormForm> = fc.record({
  square: fc.constantFrom('pow', 'mul'),
  inverse: fc.constantFrom('reciprocal', 'one-over', 'minus-half', 'div', 'div-half'),
  gamma: fc.boolean(),
  epsilonFirst: fc.boolean(),
  scaleFirst: fc.boolean(),
  axesAttribute: fc.boolean(),
  centred: fc.boolean(),
  constantNodes: fc.boolean(),
});

describe('fuse-norms', () => {
  it('gives the same numbers from one operator for every form that exporters write', async () => {
    await fc.assert(
      fc.asyncProperty(forms, fc.constantFrom(17, 18, 23), async (form, opset) => {
        const isOld = opset < 18;
        const given = { ...form, axesAttribute: isOld, options: { opset } };
        const [before, after] = [normModel(given), normModel(given)];
        expect(once(after, rule)).toBe(1);
        const rms = opset === 23 ? 'RMSNormalization' : 'SimplifiedLayerNormalization';
        expect(operators(after).filter((opType) => opType !== 'Constant')).toEqual([
          form.centred ? 'LayerNormalization' : rms,
        ]);
        expect(await difference(before, after)).toBeLessThan(1e-6);
        expect(rule.find(takeSurvey(after))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('takes gain and bias over several axes, and makes a gain of ones where there is none', async () => {
    for (const [gain, bias] of [
      [true, true],
      [true, false],
      [false, false],
    ]) {
      const build = () =>
        tinyModel({ x: ['n', 3, 8] }, (b, [x]) => {
          const mean = (value: Value) => b.op('ReduceMean', [value, b.int64([1, 2])]);
          const centred = b.op('Sub', [x as Value, mean(x as Value)]);
          const variance = mean(b.op('Mul', [centred, centred]));
          const deviation = b.op('Sqrt', [b.op('Add', [variance, b.float32([1e-5], [])])]);
          const unit = b.op('Div', [centred, deviation]);
          const scaled = gain ? b.op('Mul', [unit, b.float32(noise(24, 2), [3, 8])]) : unit;
          return [bias ? b.op('Add', [scaled, b.float32(noise(24, 3), [3, 8])]) : scaled];
        });
      const after = build();
      expect(once(after, rule)).toBe(1);
      const [norm] = [...after.graph.nodes()];
      expect([norm?.opType, norm?.inputs.length, norm?.int('axis')]).toEqual([
        'LayerNormalization',
        bias ? 3 : 2,
        -2,
      ]);
      expect(await difference(build(), after)).toBeLessThan(1e-6);
    }
  });

  it('takes the casts of a half precision norm with it, and reads the gain in half precision', async () => {
    const build = (gain: 'inside' | 'outside') =>
      tinyModel({ x: ['n', 3, 8] }, (b, [x]) => {
        const half = b.op('Cast', [x as Value], to('float16'));
        const wide = b.op('Cast', [half], to('float32'));
        const mean = b.op('ReduceMean', [b.op('Mul', [wide, wide]), b.int64([-1])]);
        const root = b.op('Sqrt', [b.op('Add', [mean, b.float32([1e-5], [])])]);
        const unit = b.op('Div', [wide, root]);
        const weight = b.constant(Tensor.floats([1, 2, 3, 4, 5, 6, 7, 8], [8], 'float16'));
        const gained =
          gain === 'inside'
            ? b.op('Cast', [b.op('Mul', [unit, b.op('Cast', [weight], to('float32'))])], to('float16'))
            : b.op('Mul', [b.op('Cast', [unit], to('float16')), weight]);
        return [b.op('Cast', [gained], to('float32'))];
      });
    for (const gain of ['inside', 'outside'] as const) {
      const after = build(gain);
      expect(once(after, rule)).toBe(1);
      const fused = [...after.graph.nodes()].find(({ opType }) => opType === 'SimplifiedLayerNormalization');
      expect(fused?.inputs.map((input) => elementType(after, input))).toEqual(['float16', 'float16']);
      expect(await difference(build(gain), after)).toBeLessThan(2e-3);
    }
  });

  it('keeps the name of the norm and types its output', () => {
    const model = normModel();
    const last = [...model.graph.nodes()].at(-1);
    const name = last?.name;
    once(model, rule);
    expect([...model.graph.nodes()].map((node) => node.name)).toEqual([name]);
    expect(model.graph.outputs[0]?.type).toMatchObject({ elementType: 'float32' });
  });

  it('refuses what would not be the same function, with the reason', async () => {
    const norm = (
      build: (b: GraphBuilder, unit: Value) => Value,
      { axes = [-1], type = 'float32' as DataType, opset = 18 } = {},
    ) =>
      tinyModel(
        { x: [type, ['n', 3, 8]] },
        (b, [x]) => {
          const number = (value: number) =>
            b.constant(Tensor.floats([value], [], type === 'float64' ? 'float64' : 'float32'));
          const square = b.op('Mul', [x as Value, x as Value]);
          const mean =
            opset < 18
              ? b.op('ReduceMean', [square], { attributes: { axes: axes.map(BigInt) } })
              : b.op('ReduceMean', [square, b.int64(axes)]);
          const root = b.op('Sqrt', [b.op('Add', [mean, number(1e-5)])]);
          const result = build(b, b.op('Div', [x as Value, root]));
          result.type = tensorType(type);
          return [result];
        },
        { opset },
      );
    const gain =
      (dims: number[], type: 'float32' | 'float64' = 'float32') =>
      (b: GraphBuilder, unit: Value) =>
        b.op('Mul', [unit, b.constant(Tensor.floats(noise(dims.reduce((a, c) => a * c, 1)), dims, type))]);
    const cases: [Model, RegExp][] = [
      [norm(gain([8]), { axes: [1] }), /not the last ones/],
      [norm(gain([3, 8])), /its gain has the shape \[3,8\]/],
      [norm(gain([8], 'float64'), { type: 'float64' }), /its input is of type float64/],
      [
        normModel({ centred: true, options: { opset: 16 }, axesAttribute: true }),
        /opset 16 has no LayerNormalization/,
      ],
      [centredTwice(), /something else reads/],
      [
        norm((b, unit) => b.op('Add', [gain([8])(b, unit), b.float32(noise(8))])),
        /RMSNorm with a bias is no operator/,
      ],
    ];
    for (const [model, reason] of cases) {
      expectUntouched(model, rule);
      expect((await reasons(model)).join()).toMatch(reason);
    }
  });

  it('refuses axes of unknown extent, where a gain might be broadcast', async () => {
    const model = normModel();
    const [x] = model.graph.inputs;
    if (x) x.type = tensorType('float32', ['n', 3, 'width']);
    expectUntouched(model, rule);
    expect((await reasons(model)).join()).toMatch(/extents of its axes are not known/);
  });
});

/** A LayerNorm whose centred input is read by another node, too. */
function centredTwice(): Model {
  return tinyModel({ x: ['n', 3, 8] }, (b, [x]) => {
    const mean = (value: Value) => b.op('ReduceMean', [value, b.int64([-1])]);
    const centred = b.op('Sub', [x as Value, mean(x as Value)]);
    const root = b.op('Sqrt', [b.op('Add', [mean(b.op('Mul', [centred, centred])), b.float32([1e-5], [])])]);
    return [b.op('Add', [b.op('Div', [centred, root]), centred])];
  });
}

function elementType(model: Model, value: Value | null): DataType | undefined {
  const type = value ? inferTypes(model).typeOf(value) : undefined;
  return isTensorType(type) && type.elementType !== 'undefined' ? type.elementType : undefined;
}
