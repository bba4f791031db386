import { type RewriteRuleFields, Tensor } from '../../src/index.ts';

const example = { 'com.example': 1 };

/** Rules that keep what a graph computes: chains, inputs as results, several outputs both ways, constants. */
export const RULES: readonly RewriteRuleFields[] = [
  { name: 'relu-twice', pattern: (op, x) => op.Relu(op.Relu(x)), replace: (op, x) => op.Relu(x) },
  { name: 'neg-twice', pattern: (op, x) => op.Neg(op.Neg(x)), replace: (_op, x) => x },
  { name: 'identity', pattern: (op, x) => op.Identity(x), replace: (_op, x) => x },
  { name: 'exchange', pattern: (op, x, y) => op.Add(x, y), replace: (op, x, y) => op.Add(y, x) },
  {
    name: 'distribute',
    pattern: (op, x, y, z) => op.Mul(op.Add(x, y), z),
    replace: (op, x, y, z) => op.Add(op.Mul(x, z), op.Mul(y, z)),
  },
  {
    name: 'double',
    pattern: (op, x) => op.Add(x, x),
    replace: (op, x) => op.Mul(x, Tensor.int64([2], [])),
  },
  {
    name: 'both',
    pattern: (op, x, y) => {
      const sum = op.Add(x, y);
      return [sum, op.Relu(sum)];
    },
    replace: (op, x, y) => op.domain('com.example').outputs(2).call('Both', x, y),
    imports: example,
  },
  {
    name: 'apart',
    pattern: (op, x, y) => op.domain('com.example').outputs(2).call('Both', x, y),
    replace: (op, x, y) => {
      const sum = op.Add(x, y);
      return [sum, op.Relu(sum)];
    },
    imports: example,
  },
  {
    name: 'siblings',
    pattern: (op, x) => [op.Neg(op.Relu(x)), op.Neg(x)],
    replace: (op, x) => [op.Neg(op.Relu(x)), op.Neg(op.Identity(x))],
  },
  {
    name: 'share',
    pattern: (op, x, y, z) => [op.Mul(x, y), op.Mul(x, z)],
    replace: (op, x, y, z) => {
      const negated = op.Neg(x);
      return [op.Mul(negated, op.Neg(y)), op.Mul(negated, op.Neg(z))];
    },
  },
  {
    name: 'read-interior',
    pattern: (op, x, y) => op.Neg(op.Add(x, y).as('sum')),
    replace: (op, x) => op.Neg(op.match.value('sum') ?? x),
  },
];
