import type { GraphBuilder, Value } from '@sentei/ir';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Extents, isSameTerm, type Term } from '../../src/shapes/extents.ts';
import { takeSurvey } from '../../src/survey.ts';
import { floats, run, tinyModel } from '../support/tiny.ts';

type Build = (b: GraphBuilder, x: Value, y: Value) => Value;

/** One step from a value of three axes to others. */
const BUILDS: Readonly<Record<string, Build>> = {
  broadcast: (b, x, y) => b.op('Add', [x, y]),
  where: (b, x, y) => b.op('Where', [b.op('Less', [x, y]), x, b.float32([0], [])]),
  product: (b, x) => b.op('MatMul', [x, b.float32(new Array(8).fill(1), [4, 2])]),
  scores: (b, x) => b.op('MatMul', [x, b.op('Transpose', [x], { attributes: { perm: [0n, 2n, 1n] } })]),
  mean: (b, x) => b.op('ReduceMean', [x, b.int64([-1])]),
  'mean without its axis': (b, x) => b.op('ReduceMean', [x, b.int64([1])], { attributes: { keepdims: 0n } }),
  shift: (b, x) => b.op('Pad', [x, b.int64([1, -1]), null, b.int64([1])]),
  padding: (b, x) => b.op('Pad', [x, b.int64([1, 1]), null, b.int64([-2])]),
  slice: (b, x) => b.op('Slice', [x, b.int64([0]), b.int64([1]), b.int64([1])]),
  split: (b, x) => b.ops('Split', [x, b.int64([1, 3])], 2, { attributes: { axis: -1n } })[1] as Value,
  unsqueeze: (b, x) => b.op('Unsqueeze', [x, b.int64([1, -1])]),
  squeeze: (b, x) => b.op('Squeeze', [b.op('Unsqueeze', [x, b.int64([2])]), b.int64([-2])]),
  concat: (b, x, y) => b.op('Concat', [x, y], { attributes: { axis: 0n } }),
  copies: (b, x) => b.op('Reshape', [x, b.int64([0, 0, 2, 2])]),
  expand: (b, x, y) => b.op('Expand', [b.float32([1]), b.op('Shape', [b.op('Neg', [x])])]) ?? y,
  mask: (b, x) => b.op('Trilu', [b.op('ConstantOfShape', [b.op('Shape', [x])])]),
  range: (b, x) => {
    const length = b.op('Squeeze', [b.op('Shape', [x], { attributes: { start: 1n, end: 2n } })]);
    return b.op('Cast', [b.op('Range', [b.int64([0], []), length, b.int64([1], [])])], {
      attributes: { to: 1n },
    });
  },
  rows: (b, x) =>
    b.op('Gather', [
      b.float32(new Array(6).fill(1), [3, 2]),
      b.op('Cast', [b.op('Mul', [x, b.float32([0], [])])], { attributes: { to: 7n } }),
    ]),
};

function termsOf(build: Build): {
  model: ReturnType<typeof tinyModel>;
  terms: readonly Term[] | undefined;
  inputs: Value[];
} {
  let inputs: Value[] = [];
  const model = tinyModel({ x: ['n', 'l', 4], y: ['n', 'l', 4] }, (b, values) => {
    inputs = values;
    return [build(b, values[0] as Value, values[1] as Value)];
  });
  const output = model.graph.outputs[0] as Value;
  output.type = { kind: 'tensor', elementType: 'float32' } as Value['type'];
  return { model, terms: new Extents(takeSurvey(model)).shapeOf(output), inputs };
}

describe('propagate', () => {
  it('tells nothing that a run contradicts', async () => {
    const sizes = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 2, max: 4 }));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(BUILDS)), sizes, async (name, [n, l]) => {
        const { model, terms, inputs } = termsOf(BUILDS[name] as Build);
        const zeros = floats(new Array(n * l * 4).fill(0.5), [n, l, 4]);
        const [result] = Object.values(await run(model, { x: zeros, y: zeros }));
        expect(terms?.length ?? result?.dims.length).toBe(result?.dims.length);
        for (const [axis, term] of (terms ?? []).entries()) {
          if (typeof term === 'number') expect(result?.dims[axis]).toBe(term);
          if (typeof term === 'object' && inputs.includes(term.value))
            expect(result?.dims[axis]).toBe([n, l, 4][term.axis]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('follows the rows of a residual stream through products, means and masks', () => {
    const batch = (name: string) => {
      const { terms, inputs } = termsOf(BUILDS[name] as Build);
      const [x] = inputs;
      return (terms ?? []).map((term) =>
        x && isSameTerm(term, { value: x, axis: 0 })
          ? 'n'
          : x && isSameTerm(term, { value: x, axis: 1 })
            ? 'l'
            : typeof term === 'number'
              ? term
              : '?',
      );
    };
    expect(batch('product')).toEqual(['n', 'l', 2]);
    expect(batch('scores')).toEqual(['n', 'l', 'l']);
    expect(batch('mean')).toEqual(['n', 'l', 1]);
    expect(batch('shift')).toEqual(['n', 'l', 4]);
    expect(batch('padding')).toEqual(['n', '?', 4]);
    expect(batch('mask')).toEqual(['n', 'l', 4]);
    expect(batch('range')).toEqual(['l']);
    expect(batch('copies')).toEqual(['n', 'l', 2, 2]);
    // Two inputs with the same symbols may be of different extents, which nothing checks.
    expect(batch('broadcast')).toEqual(['?', '?', 4]);
  });
});
