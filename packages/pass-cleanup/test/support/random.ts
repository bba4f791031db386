import { DATA_TYPES, type GraphBuilder, type Model, Tensor, tensorType, type Value } from '@sentei/ir';
import fc from 'fast-check';
import { tinyModel } from './tiny.ts';

/** One step of a random graph: an operator on two of the values so far. All values have the shape [n, 3]. */
export interface Step {
  readonly kind: string;
  readonly a: number;
  readonly b: number;
}

type Apply = (g: GraphBuilder, x: Value, y: Value, pick: number) => Value;

const shape = [tensorType('float32', ['n', 3])];
const to = (type: 'float32' | 'float64') => ({ to: BigInt(DATA_TYPES[type]) });
const constants = [0, 1, -0, 2, -1];

const APPLY: Readonly<Record<string, Apply>> = {
  neg: (g, x) => g.op('Neg', [x], { types: shape }),
  identity: (g, x) => g.op('Identity', [x]),
  dropout: (g, x) => g.op('Dropout', [x]),
  add: (g, x, y) => g.op('Add', [x, y], { types: shape }),
  sub: (g, x, y) => g.op('Sub', [x, y]),
  constant: (g, x, _, pick) =>
    g.op(['Add', 'Mul', 'Sub', 'Div'][pick % 4] ?? '', [x, g.float32([constants[pick % 5] || 1], [])]),
  zero: (g, x, _, pick) => g.op(pick % 2 ? 'Add' : 'Sub', [x, g.float32([pick % 3 ? 0 : -0], [])]),
  // The Neg is for ONNX Runtime, which takes casts in a row out even when a subgraph captures the last one.
  cast: (g, x) => {
    const wide = g.op('Cast', [x], { attributes: to('float64') });
    return g.op('Neg', [g.op('Cast', [wide], { attributes: to('float32') })]);
  },
  transpose: (g, x, _, pick) => {
    const attributes = { perm: pick % 2 ? [1n, 0n] : [0n, 1n] };
    return g.op('Transpose', [g.op('Transpose', [x], { attributes })], { attributes });
  },
  squeeze: (g, x, _, pick) =>
    g.op('Squeeze', [g.op('Unsqueeze', [x, g.int64([pick % 3])]), g.int64([pick % 3])]),
  reshape: (g, x, _, pick) =>
    g.op('Reshape', [g.op('Reshape', [x, g.int64([pick % 2 ? -1 : 0, 3])]), g.int64([-1, 3])]),
  slice: (g, x, _, pick) => g.op('Slice', [x, g.int64([0]), g.int64([3]), g.int64([pick % 2 ? 1 : -1])]),
  concat: (g, x) => g.op('Concat', [x], { attributes: { axis: 0n } }),
  shape: (g, x, y) => {
    const columns = g.op('Gather', [g.op('Shape', [g.op('Neg', [y], { types: shape })]), g.int64([1])]);
    return g.op('Reshape', [x, g.op('Concat', [g.int64([-1]), columns], { attributes: { axis: 0n } })]);
  },
  fold: (g, x, _, pick) => {
    const sum = g.op('Add', [g.float32([pick, 1, 0.1]), g.float32([0.3, -1, 0.2])]);
    return g.op('Mul', [x, g.op('Sqrt', [g.op('Mul', [sum, sum])])]);
  },
  where: (g, x, _, pick) => {
    const mask = g.op('Equal', [g.int64([0, 1, 2]), g.int64([pick % 3])]);
    return g.op('Where', [mask, x, g.float32([0.5], [])]);
  },
  initializer: (g, x) => {
    const tensor = Tensor.floats([1, 2, 3]);
    return g.op('Mul', [x, g.graph.root.addInitializer(g.graph.newValue('w'), tensor)]);
  },
  shift: (g, x, _, pick) => {
    const axis = g.int64([pick % 2]);
    const zeros = g.op('Expand', [
      g.float32([0], []),
      g.op('Shape', [g.op('Slice', [x, g.int64([0]), g.int64([1]), axis])]),
    ]);
    const rest = g.op('Slice', [x, g.int64([0]), g.int64([-1]), axis]);
    return g.op('Concat', [zeros, rest], { attributes: { axis: BigInt(pick % 2) } });
  },
  branch: (g, x, y, pick) => {
    const side = (name: string, flip: boolean) =>
      g.subgraph(name, [], (body) => {
        const inner = body.op('Identity', [body.op('Neg', [x])]);
        const value = flip ? body.op('Add', [inner, y]) : body.op('Mul', [inner, body.op('Neg', [x])]);
        return [{ value, type: tensorType('float32') }];
      });
    const attributes = { then_branch: side('then', true), else_branch: side('else', false) };
    return g.op('If', [g.constant(Tensor.bool([pick % 2 === 0], []))], { attributes });
  },
};

/** Forms of a norm, which are exact only up to rounding. */
const ROUNDING: Readonly<Record<string, Apply>> = {
  norm: (g, x, _, pick) => {
    const square = pick % 2 ? g.op('Mul', [x, x]) : g.op('Pow', [x, g.float32([2], [])]);
    const sum = g.op('Add', [g.op('ReduceMean', [square, g.int64([-1])]), g.float32([1e-3], [])]);
    if (pick % 3 === 0) return g.op('Mul', [g.op('Pow', [sum, g.float32([-0.5], [])]), x]);
    return g.op('Mul', [x, g.op('Reciprocal', [g.op('Sqrt', [sum])])]);
  },
};

/** Recipes for graphs; `norms` adds what is exact only up to rounding. */
export function steps(norms: boolean): fc.Arbitrary<Step[]> {
  const kinds = Object.keys(norms ? { ...APPLY, ...ROUNDING } : APPLY);
  const step = fc.record({ kind: fc.constantFrom(...kinds), a: fc.nat({ max: 30 }), b: fc.nat({ max: 30 }) });
  return fc.array(step, { minLength: 1, maxLength: 10 });
}

/** Builds the graph of a recipe; the same one each time. Its outputs are the last value and some others. */
export function randomModel(recipe: readonly Step[]): Model {
  return tinyModel({ x: ['n', 3], y: ['n', 3] }, (g, inputs) => {
    const values = [...inputs];
    const at = (index: number) => values[index % values.length] as Value;
    for (const { kind, a, b } of recipe) {
      const apply = APPLY[kind] ?? ROUNDING[kind];
      if (apply) values.push(apply(g, at(a), at(b), b));
    }
    const made = values.slice(inputs.length);
    const outputs = made.filter((_, i) => i === made.length - 1 || (recipe[i]?.b ?? 0) % 4 === 0);
    for (const output of outputs) output.type ??= tensorType('float32', ['n', 3]);
    return outputs;
  });
}
