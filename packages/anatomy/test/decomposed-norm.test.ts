import { type GraphBuilder, Tensor, type Value } from '@sentei/ir';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findConstantValues } from '../src/constant-values.ts';
import { matchDecomposedNorm } from '../src/decomposed-norm.ts';
import type { Norm } from '../src/norm.ts';
import { modelOf } from './support/residual-models.ts';

interface Form {
  readonly square: 'pow' | 'mul';
  readonly axes: 'attribute' | 'input';
  readonly root: 'sqrt-div' | 'reciprocal' | 'one-over' | 'power' | 'sqrt-power';
  readonly centre: 'none' | 'one-sub' | 'two-subs';
  readonly scale: 'none' | 'plain' | 'cast' | 'constant-node';
  readonly bias: boolean;
  readonly cast: boolean;
  readonly swap: boolean;
}

const FORMS = fc.record<Form>({
  square: fc.constantFrom('pow', 'mul'),
  axes: fc.constantFrom('attribute', 'input'),
  root: fc.constantFrom('sqrt-div', 'reciprocal', 'one-over', 'power', 'sqrt-power'),
  centre: fc.constantFrom('none', 'one-sub', 'two-subs'),
  scale: fc.constantFrom('none', 'plain', 'cast', 'constant-node'),
  bias: fc.boolean(),
  cast: fc.boolean(),
  swap: fc.boolean(),
});

function mean(b: GraphBuilder, value: Value, axes: Form['axes']): Value {
  return axes === 'input'
    ? b.op('ReduceMean', [value, b.int64([-1])])
    : b.op('ReduceMean', [value], { attributes: { axes: [2n], keepdims: 1n } });
}

function divided(b: GraphBuilder, x: Value, variance: Value, form: Form): Value {
  const product = (inverse: Value) => b.op('Mul', form.swap ? [inverse, x] : [x, inverse]);
  if (form.root === 'power') return product(b.op('Pow', [variance, b.float32([-0.5], [])]));
  if (form.root === 'sqrt-power') return b.op('Div', [x, b.op('Pow', [variance, b.float32([0.5], [])])]);
  const root = b.op('Sqrt', [variance]);
  if (form.root === 'sqrt-div') return b.op('Div', [x, root]);
  if (form.root === 'reciprocal') return product(b.op('Reciprocal', [root]));
  return product(b.op('Div', [b.float32([1], []), root]));
}

function gain(b: GraphBuilder, form: Form): Value {
  if (form.scale === 'cast') {
    const half = b.constant(Tensor.floats([1, 2, 3, 4], [4], 'float16'));
    return b.op('Cast', [half], { attributes: { to: 1n } });
  }
  if (form.scale === 'plain') return b.float32([1, 2, 3, 4]);
  return b.op('Constant', [], { attributes: { value: Tensor.floats([1, 2, 3, 4]) } });
}

function write(b: GraphBuilder, input: Value, form: Form): Value {
  const x = form.cast ? b.op('Cast', [input], { attributes: { to: 1n } }) : input;
  const centred = () => (form.centre === 'none' ? x : b.op('Sub', [x, mean(b, x, form.axes)]));
  const left = centred();
  const right = form.centre === 'two-subs' ? centred() : left;
  const square = form.square === 'mul' ? b.op('Mul', [left, left]) : b.op('Pow', [left, b.float32([2], [])]);
  const epsilon = b.float32([0.125], []);
  const average = mean(b, square, form.axes);
  const variance = b.op('Add', form.swap ? [epsilon, average] : [average, epsilon]);
  let result = divided(b, right, variance, form);
  if (form.scale !== 'none')
    result = b.op('Mul', form.swap ? [gain(b, form), result] : [result, gain(b, form)]);
  if (form.bias) result = b.op('Add', [result, b.float32([0, 0, 0, 1])]);
  return form.cast ? b.op('Cast', [result], { attributes: { to: 10n } }) : result;
}

function normsOf(build: (b: GraphBuilder, x: Value) => Value): { norms: Norm[]; nodes: number } {
  const { graph } = modelOf(build);
  const constants = findConstantValues(graph);
  const norms = [...graph.nodes()].map((node) => matchDecomposedNorm(node, constants));
  const computed = [...graph.nodes()].filter((node) =>
    node.outputs.every((output) => !constants.has(output)),
  );
  return { norms: norms.filter((norm) => norm !== undefined), nodes: computed.length };
}

test('every form that exporters write is read, whole', () => {
  fc.assert(
    fc.property(FORMS, (form) => {
      const { norms, nodes } = normsOf((b, x) => write(b, x, form));
      expect(norms).toHaveLength(1);
      const [norm] = norms;
      expect(norm?.kind).toBe(form.centre === 'none' ? 'rms' : 'layer');
      expect([norm?.input.name, norm?.output.name]).toEqual(['x', 'y']);
      expect(norm).toMatchObject({ epsilon: 0.125, axes: [-1], added: [], sum: undefined });
      expect(norm?.scale !== undefined).toBe(form.scale !== 'none');
      expect(norm?.bias !== undefined).toBe(form.bias);
      expect(norm?.nodes).toHaveLength(nodes);
    }),
    { numRuns: 200 },
  );
});

test.each(['initializer', 'Constant node'])('a product with a single number is no gain: %s', (form) => {
  const { norms } = normsOf((b, x) => {
    const plain = {
      square: 'mul',
      axes: 'input',
      root: 'reciprocal',
      centre: 'none',
      scale: 'none',
    } as const;
    const normed = write(b, x, { ...plain, bias: false, cast: false, swap: false });
    const node = () => b.op('Constant', [], { attributes: { value_float: 8 } });
    return b.op('Mul', [normed, form === 'initializer' ? b.float32([8], []) : node()]);
  });
  expect(norms[0]?.scale).toBeUndefined();
  expect(norms[0]?.output.producer?.inputs[0]?.name).toBe('x');
});

test.each([
  [
    'a standard deviation of something else',
    (b: GraphBuilder, x: Value) => {
      const other = b.op('Relu', [x]);
      const square = b.op('Mul', [other, other]);
      const root = b.op('Sqrt', [b.op('Add', [mean(b, square, 'input'), b.float32([1], [])])]);
      return b.op('Div', [x, root]);
    },
  ],
  [
    'a mean of cubes',
    (b: GraphBuilder, x: Value) => {
      const cube = b.op('Pow', [x, b.float32([3], [])]);
      const root = b.op('Sqrt', [b.op('Add', [mean(b, cube, 'input'), b.float32([1], [])])]);
      return b.op('Div', [x, root]);
    },
  ],
  [
    'a division the wrong way round',
    (b: GraphBuilder, x: Value) => {
      const root = b.op('Sqrt', [b.op('Add', [mean(b, b.op('Mul', [x, x]), 'input'), b.float32([1], [])])]);
      return b.op('Div', [root, x]);
    },
  ],
])('%s is no norm', (_, build) => {
  expect(normsOf(build).norms).toEqual([]);
});
