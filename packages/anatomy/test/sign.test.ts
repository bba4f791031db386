import { Graph, GraphBuilder, Tensor, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { hasSign } from '../src/sign.ts';

function expression(build: (b: GraphBuilder, x: Value) => Value): Value {
  const x = new Value('x', tensorType('float32', ['n']));
  return build(new GraphBuilder(new Graph('g', [x])), x);
}

const logSigmoids: [string, (b: GraphBuilder, x: Value) => Value][] = [
  ['log(sigmoid(x))', (b, x) => b.op('Log', [b.op('Sigmoid', [x])])],
  ['-softplus(-x)', (b, x) => b.op('Neg', [b.op('Softplus', [b.op('Neg', [x])])])],
  [
    '-log(1 + exp(-x))',
    (b, x) =>
      b.op('Neg', [b.op('Log', [b.op('Add', [b.float32([1], []), b.op('Exp', [b.op('Neg', [x])])])])]),
  ],
  [
    'min(x, 0) - log(1 + exp(-|x|))',
    (b, x) => {
      const decay = b.op('Exp', [b.op('Neg', [b.op('Abs', [x])])]);
      const log = b.op('Log', [b.op('Add', [decay, b.float32([1], [])])]);
      return b.op('Sub', [b.op('Min', [x, b.float32([0], [])]), log]);
    },
  ],
  [
    '-where(-x > 20, -x, softplus(-x))',
    (b, x) => {
      const opposite = b.op('Neg', [x]);
      const isLarge = b.op('Greater', [opposite, b.float32([20], [])]);
      return b.op('Neg', [b.op('Where', [isLarge, opposite, b.op('Softplus', [opposite])])]);
    },
  ],
  [
    'log(max(sigmoid(x), 1e-6))',
    (b, x) => b.op('Log', [b.op('Clip', [b.op('Sigmoid', [x]), b.float32([1e-6], [])])]),
  ],
  [
    '-log(exp(0) + exp(-x)), the zeros spread to a shape',
    (b, x) => {
      const zeros = b.op('Expand', [b.float32([0], []), b.op('Shape', [x])]);
      const total = b.op('Add', [b.op('Exp', [zeros]), b.op('Exp', [b.op('Neg', [x])])]);
      return b.op('Neg', [b.op('Log', [total])]);
    },
  ],
  [
    'where(mask, 0, log(sigmoid(x)))',
    (b, x) =>
      b.op('Where', [b.op('Greater', [x, x]), b.float32([0], []), b.op('Log', [b.op('Sigmoid', [x])])]),
  ],
];

test.each(logSigmoids)('%s is never positive', (_, build) => {
  const value = expression(build);
  expect(hasSign(value, 'non-positive')).toBe(true);
  expect(hasSign(value, 'non-negative')).toBe(false);
});

test('a gate that can pass 1, and a threshold below 0, prove nothing', () => {
  const passing = expression((b, x) =>
    b.op('Log', [b.op('Add', [b.op('Sigmoid', [x]), b.float32([1e-6], [])])]),
  );
  expect(hasSign(passing, 'non-positive')).toBe(false);
  const low = expression((b, x) =>
    b.op('Where', [b.op('Greater', [x, b.float32([-1], [])]), x, b.op('Softplus', [x])]),
  );
  expect(hasSign(low, 'non-negative')).toBe(false);
});

test('what may have either sign is not proven', () => {
  expect(
    hasSign(
      expression((b, x) => b.op('Log', [b.op('Abs', [x])])),
      'non-positive',
    ),
  ).toBe(false);
  expect(
    hasSign(
      expression((_, x) => x),
      'non-positive',
    ),
  ).toBe(false);
  expect(
    hasSign(
      expression((b, x) => b.op('Sub', [b.op('Neg', [b.op('Relu', [x])]), b.op('Neg', [b.op('Relu', [x])])])),
      'non-positive',
    ),
  ).toBe(false);
  expect(
    hasSign(
      expression((b, x) => b.op('Sigmoid', [x], { domain: 'com.example' })),
      'non-negative',
    ),
  ).toBe(false);
});

test('products follow the rule of signs', () => {
  const product = expression((b, x) => b.op('Mul', [b.op('Neg', [b.op('Exp', [x])]), b.op('Sigmoid', [x])]));
  expect(hasSign(product, 'non-positive')).toBe(true);
});

test('constants are looked at', () => {
  const constant = (values: number[]) => expression((b) => b.constant(Tensor.floats(values)));
  expect(hasSign(constant([-1, 0]), 'non-positive')).toBe(true);
  expect(hasSign(constant([-1, 1]), 'non-positive')).toBe(false);
});

test('casts that lose the sign, and outputs that are none of the data, prove nothing', () => {
  const gate = (b: GraphBuilder, x: Value) => b.op('Log', [b.op('Sigmoid', [x])]);
  const castTo = (b: GraphBuilder, value: Value, to: bigint) => b.op('Cast', [value], { attributes: { to } });
  expect(
    hasSign(
      expression((b, x) => castTo(b, gate(b, x), 11n)),
      'non-positive',
    ),
  ).toBe(true);
  expect(
    hasSign(
      expression((b, x) => castTo(b, castTo(b, gate(b, x), 9n), 1n)),
      'non-positive',
    ),
  ).toBe(false);
  const masked = expression((b, x) => castTo(b, b.ops('Dropout', [gate(b, x)], 2)[1] ?? x, 1n));
  expect(hasSign(masked, 'non-positive')).toBe(false);
});
