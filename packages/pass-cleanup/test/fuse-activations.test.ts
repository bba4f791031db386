import { type GraphBuilder, type Model, Tensor, tensorType, type Value } from '@sentei/ir';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFuseActivationsRule } from '../src/fuse-activations.ts';
import type { Target } from '../src/fusing/kernels.ts';
import { takeSurvey } from '../src/survey.ts';
import { expectUntouched, floats, noise, once, operators, run, tinyModel } from './support/tiny.ts';

const rule = createFuseActivationsRule('cpu');
const feeds = { x: floats([...noise(46), 0, -0], [2, 3, 8]) };

type Body = (b: GraphBuilder, x: Value) => Value;

const number = (b: GraphBuilder, value: number, pick = 0) => b.float32([value], pick % 2 ? [1] : []);

/** Operands in either order, as exporters write them. */
const either = (b: GraphBuilder, opType: string, x: Value, y: Value, swap: boolean) =>
  b.op(opType, swap ? [y, x] : [x, y]);

const erf =
  (divide: boolean): Body =>
  (b, x) => {
    const scaled = divide
      ? b.op('Div', [x, number(b, Math.SQRT2)])
      : b.op('Mul', [x, number(b, Math.SQRT1_2)]);
    return b.op('Add', [b.op('Erf', [scaled]), number(b, 1)]);
  };

const tanh =
  (power: boolean): Body =>
  (b, x) => {
    const cube = power ? b.op('Pow', [x, number(b, 3)]) : b.op('Mul', [b.op('Mul', [x, x]), x]);
    const inner = b.op('Add', [x, b.op('Mul', [cube, number(b, 0.044715)])]);
    return b.op('Add', [b.op('Tanh', [b.op('Mul', [inner, number(b, 0.7978845608)])]), number(b, 1)]);
  };

const gelu =
  (factor: Body, order: number, swap: boolean): Body =>
  (b, x) => {
    const half = number(b, 0.5, order);
    if (order === 0) return either(b, 'Mul', either(b, 'Mul', x, factor(b, x), swap), half, swap);
    if (order === 1) return either(b, 'Mul', either(b, 'Mul', x, half, swap), factor(b, x), swap);
    return either(b, 'Mul', x, either(b, 'Mul', factor(b, x), half, swap), swap);
  };

function model(body: Body, opset = 18): Model {
  return tinyModel({ x: ['n', 'l', 8] }, (b, [x]) => [body(b, x as Value)], { opset });
}

async function expectSame(body: Body, opset: number, fused: readonly string[]): Promise<Model> {
  const [before, after] = [model(body, opset), model(body, opset)];
  for (let round = 0; round < 3; round++) once(after, rule);
  expect(operators(after)).toEqual(fused);
  const [expected, result] = [await run(before, feeds), await run(after, feeds)].map(
    (all) => Object.values(all)[0],
  );
  expect(result?.dims).toEqual(expected?.dims);
  for (const [i, value] of (expected?.data ?? []).entries()) {
    expect(Math.abs((result?.data[i] ?? Number.NaN) - value)).toBeLessThan(
      2e-6 * Math.max(1, Math.abs(value)),
    );
  }
  return after;
}

describe('fuse-activations', () => {
  it('makes one operator of every spelling of GELU, with the same numbers', async () => {
    const spelling = fc.record({
      kind: fc.constantFrom('erf', 'tanh'),
      variant: fc.boolean(),
      order: fc.constantFrom(0, 1, 2),
      swap: fc.boolean(),
      opset: fc.constantFrom(18, 20),
    });
    await fc.assert(
      fc.asyncProperty(spelling, async ({ kind, variant, order, swap, opset }) => {
        const factor = kind === 'erf' ? erf(variant) : tanh(variant);
        const own = kind === 'erf' ? 'Gelu' : 'FastGelu';
        const after = await expectSame(gelu(factor, order, swap), opset, [opset < 20 ? own : 'Gelu']);
        const [node] = [...after.graph.nodes()];
        expect(node?.domain).toBe(opset < 20 ? 'com.microsoft' : '');
        expect(after.opset).toBe(opset);
      }),
      { numRuns: 30 },
    );
  });

  it('makes QuickGelu of SiLU, scaled or not', async () => {
    const silu: Body = (b, x) => b.op('Mul', [b.op('Sigmoid', [x]), x]);
    const scaled: Body = (b, x) => b.op('Mul', [x, b.op('Sigmoid', [b.op('Mul', [x, number(b, 1.702)])])]);
    for (const [body, alpha] of [
      [silu, 1],
      [scaled, 1.702],
    ] as const) {
      const after = await expectSame(body, 18, ['QuickGelu']);
      expect([...after.graph.nodes()][0]?.float('alpha')).toBeCloseTo(alpha, 6);
    }
  });

  it('takes a vector added before a GELU with it', async () => {
    const biased =
      (body: Body): Body =>
      (b, x) =>
        body(b, b.op('Add', [x, b.float32(noise(8, 3))]));
    for (const opset of [18, 20]) {
      await expectSame(biased(gelu(erf(true), 0, false)), opset, ['BiasGelu']);
      await expectSame(biased(gelu(tanh(true), 1, false)), opset, ['FastGelu']);
    }
    const narrow: Body = (b, x) => gelu(erf(true), 0, false)(b, b.op('Add', [x, b.float32([1])]));
    await expectSame(narrow, 18, ['Add', 'Gelu']);
  });

  it('leaves what something else reads, what a gate of another value is, and other numbers', () => {
    const bodies: Body[] = [
      (b, x) => {
        const gate = b.op('Sigmoid', [x]);
        return b.op('Add', [b.op('Mul', [x, gate]), gate]);
      },
      (b, x) => b.op('Mul', [x, b.op('Sigmoid', [b.op('Neg', [x])])]),
      (b, x) => b.op('Mul', [b.op('Mul', [x, erf(true)(b, x)]), number(b, 0.49)]),
      (b, x) => b.op('Mul', [b.op('Mul', [x, erf(true)(b, b.op('Neg', [x]))]), number(b, 0.5)]),
    ];
    for (const body of bodies) expectUntouched(model(body), rule);
  });

  it('writes nothing that the target has no kernel for, and says so', async () => {
    const half = () =>
      tinyModel({ x: ['float16', ['n', 8]] }, (b, [x]) => {
        const result = b.op('Mul', [x as Value, b.op('Sigmoid', [x as Value])]);
        result.type = tensorType('float16', ['n', 8]);
        return [result];
      });
    const context = {
      logger: { info: () => undefined, warn: () => undefined },
      judge: undefined,
      maxDrop: 0,
      progress: () => undefined,
    };
    const on = (target: Target) => createFuseActivationsRule(target);
    expectUntouched(half(), on('cpu'));
    const refusals = await on('cpu').prepare?.(takeSurvey(half()), context);
    expect(refusals?.map(({ reason }) => reason).join()).toMatch(
      /cpu has no kernel for com.microsoft.QuickGelu in float16/,
    );
    const model = half();
    expect(once(model, on('cuda'))).toBe(1);
    expect(operators(model)).toEqual(['QuickGelu']);
  });

  it('reads constants of the type of the input, rounded as they are', () => {
    const half = tinyModel({ x: ['float16', ['n', 8]] }, (b, [x]) => {
      const constant = (value: number) => b.constant(Tensor.floats([value], [], 'float16'));
      const factor = b.op('Add', [
        b.op('Erf', [b.op('Div', [x as Value, constant(Math.SQRT2)])]),
        constant(1),
      ]);
      const result = b.op('Mul', [b.op('Mul', [x as Value, factor]), constant(0.5)]);
      result.type = tensorType('float16', ['n', 8]);
      return [result];
    });
    expect(once(half, createFuseActivationsRule('cuda'))).toBe(1);
  });
});
