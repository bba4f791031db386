import { describe, expect, it } from 'vitest';
import {
  applyRules,
  type GraphBuilder,
  type RewriteRuleFields,
  rewriteRule,
  Tensor,
  type Value,
} from '../../src/index.ts';
import { faultsOf, modelOf, textOf } from './support.ts';

type Build = (builder: GraphBuilder, ...values: Value[]) => readonly Value[];

/** What a rule makes of a model, and how often it applied. */
function apply(fields: Omit<RewriteRuleFields, 'name'>, inputs: readonly string[], build: Build) {
  const { model, graph } = modelOf(inputs, build);
  const { applied, refused } = applyRules(model, [rewriteRule({ name: 'rule', ...fields })]);
  expect(faultsOf(model)).toEqual([]);
  return { applied: applied.length, refused, text: textOf(graph) };
}

const half = (builder: GraphBuilder) => builder.constant(Tensor.floats([0.5], []));

describe('matching', () => {
  it.each([
    ['as written', (b: GraphBuilder, x: Value) => b.op('Mul', [b.op('Sigmoid', [x]), x])],
    ['commuted', (b: GraphBuilder, x: Value) => b.op('Mul', [x, b.op('Sigmoid', [x])])],
  ])('takes operands of a commutative operator %s', (_, write) => {
    const swish = { pattern: (op, x) => op.Mul(op.Sigmoid(x), x), replace: (op, x) => op.Swish(x) } as Omit<
      RewriteRuleFields,
      'name'
    >;
    expect(apply(swish, ['x'], (b, x) => [write(b, x as Value)]).text).toEqual(['out0 = Swish(x)']);
  });

  it('does not exchange operands where order matters, and wants a shared variable to be one value', () => {
    const fields: Omit<RewriteRuleFields, 'name'> = {
      pattern: (op, x) => op.Sub(op.Relu(x), x),
      replace: (op, x) => op.Neg(x),
    };
    expect(
      apply(fields, ['x'], (b, x = null as never) => [b.op('Sub', [x, b.op('Relu', [x])])]).applied,
    ).toBe(0);
    const other: Build = (b, x = null as never, y = null as never) => [b.op('Sub', [b.op('Relu', [x]), y])];
    expect(apply(fields, ['x', 'y'], other).applied).toBe(0);
    expect(
      apply(fields, ['x'], (b, x = null as never) => [b.op('Sub', [b.op('Relu', [x]), x])]).applied,
    ).toBe(1);
  });

  it.each([true, false])('takes optional nodes and alternatives, there or not: %s', (isThere) => {
    const fields: Omit<RewriteRuleFields, 'name'> = {
      pattern: (op, x) =>
        op.Relu(op.optional((value) => op.Cast(value, { to: 1n }), op.either(op.Abs(x), op.Neg(x)))),
      replace: (op, x) => op.Tanh(x),
    };
    const build: Build = (b, x = null as never) => {
      const inner = b.op(isThere ? 'Abs' : 'Neg', [x]);
      return [b.op('Relu', [isThere ? b.op('Cast', [inner], { attributes: { to: 1n } }) : inner])];
    };
    expect(apply(fields, ['x'], build).text).toEqual(['out0 = Tanh(x)']);
  });

  it('compares attributes with values and conditions, and hands bound ones on', () => {
    const fields: Omit<RewriteRuleFields, 'name'> = {
      pattern: (op, x) =>
        op.Softmax(x, { axis: op.attribute('axis', (a) => a?.kind === 'int' && a.value < 0n) }),
      replace: (op, x) => op.LogSoftmax(x, { axis: op.match.attribute('axis') }),
    };
    const softmax =
      (axis: bigint): Build =>
      (b, x = null as never) => [b.op('Softmax', [x], { attributes: { axis } })];
    expect(apply(fields, ['x'], softmax(-1n)).text).toEqual(['out0 = LogSoftmax(x) {axis=-1}']);
    expect(apply(fields, ['x'], softmax(1n)).applied).toBe(0);
  });

  it('knows constants by number, by condition, and not where callers may override them', () => {
    const fields: Omit<RewriteRuleFields, 'name'> = {
      pattern: (op, x) => op.Mul(x, 0.5),
      replace: (op, x) => op.Identity(x),
    };
    expect(apply(fields, ['x'], (b, x = null as never) => [b.op('Mul', [half(b), x])]).applied).toBe(1);
    const overridden: Build = (b, x = null as never) => {
      const value = half(b);
      value.overridable = true;
      b.graph.inputs.push(value);
      return [b.op('Mul', [value, x])];
    };
    expect(apply(fields, ['x'], overridden).applied).toBe(0);
  });

  it('tells the two zeros apart', () => {
    const fields: Omit<RewriteRuleFields, 'name'> = {
      pattern: (op, x) => op.Add(x, -0),
      replace: (op, x) => op.Identity(x),
    };
    const add =
      (zero: number): Build =>
      (b, x = null as never) => [b.op('Add', [x, b.float32([zero], [])])];
    expect([apply(fields, ['x'], add(-0)).applied, apply(fields, ['x'], add(0)).applied]).toEqual([1, 0]);
  });

  it('replaces several outputs at once', () => {
    const fields: Omit<RewriteRuleFields, 'name'> = {
      pattern: (op, x) => {
        const magnitude = op.Abs(x);
        return [magnitude, op.Sqrt(magnitude)];
      },
      replace: (op, x) => {
        const squared = op.Mul(x, x);
        return [op.Sqrt(squared), op.Sqrt(op.Sqrt(squared))];
      },
    };
    const build: Build = (b, x = null as never) => {
      const magnitude = b.op('Abs', [x]);
      return [b.op('Sqrt', [magnitude]), b.op('Relu', [magnitude])];
    };
    const { applied, text } = apply(fields, ['x'], build);
    expect([applied, text.filter((line) => line.includes('Abs'))]).toEqual([1, []]);
  });
});
