import { type GraphBuilder, type Model, Tensor, tensorType, type Value } from '@sentei/ir';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMergeProductsRule } from '../src/merge-products.ts';
import { expectUntouched, floats, noise, once, operators, run, tinyModel } from './support/tiny.ts';

const rule = createMergeProductsRule('cuda');
const feeds = { x: floats(noise(24), [2, 3, 4]) };

interface Weight {
  readonly columns: number;
  readonly stored: 'float32' | 'float16';
}

const cast = { attributes: { to: 1n } };

function product(b: GraphBuilder, x: Value, { columns, stored }: Weight, seed: number): Value {
  const weight = b.graph.root.addInitializer(
    b.graph.newValue('w'),
    Tensor.floats(noise(4 * columns, seed), [4, columns], stored),
  );
  const right = stored === 'float16' ? b.op('Cast', [weight], cast) : weight;
  return b.op('MatMul', [x, right], { types: [tensorType('float32', ['n', 3, columns])] });
}

function model(weights: readonly Weight[], opset = 18): Model {
  return tinyModel(
    { x: ['n', 3, 4] },
    (b, [x]) => weights.map((weight, index) => b.op('Neg', [product(b, x as Value, weight, index + 1)])),
    { opset },
  );
}

const weights = fc.array(
  fc.record({
    columns: fc.integer({ min: 1, max: 5 }),
    stored: fc.constantFrom('float32' as const, 'float16' as const),
  }),
  { minLength: 3, maxLength: 6 },
);

describe('merge-products', () => {
  it('gives the same numbers from one product, however the weights are stored', async () => {
    await fc.assert(
      fc.asyncProperty(weights, async (given) => {
        const [before, after] = [model(given), model(given)];
        expect(once(after, rule)).toBe(1);
        const all = operators(after);
        expect([
          all.filter((op) => op === 'MatMul').length,
          all.filter((op) => op === 'Split').length,
        ]).toEqual([1, 1]);
        const bytes = (one: Model) =>
          [...one.graph.initializers].reduce((sum, { tensor }) => sum + (tensor?.byteLength ?? 0), 0);
        expect(bytes(after)).toBe(bytes(before) + 8 * given.length);
        const [expected, result] = [await run(before, feeds), await run(after, feeds)];
        for (const [name, { dims, data }] of Object.entries(expected)) {
          expect(result[name]?.dims).toEqual(dims);
          for (const [i, value] of data.entries()) expect(result[name]?.data[i]).toBeCloseTo(value, 4);
        }
        expectUntouched(after, rule);
      }),
      { numRuns: 25 },
    );
  });

  it('merges only narrow products for the CPU', () => {
    const narrow = Array.from({ length: 3 }, () => ({ columns: 4, stored: 'float32' as const }));
    const wide = { columns: 64, stored: 'float32' as const };
    const mixed = model([...narrow, wide, wide, wide]);
    expect(once(mixed, createMergeProductsRule('cpu'))).toBe(1);
    expect(operators(mixed).filter((op) => op === 'MatMul')).toHaveLength(4);
  });

  it('leaves two products, other values, shared and overridable weights, and old opsets', () => {
    const weight = { columns: 2, stored: 'float32' as const };
    expectUntouched(model([weight, weight]), rule);
    expectUntouched(model([weight, weight, weight], 12), rule);
    const others = tinyModel({ x: ['n', 3, 4], y: ['n', 3, 4] }, (b, [x, y]) =>
      [x, y, x, y].map((value, index) => b.op('Neg', [product(b, value as Value, weight, index + 1)])),
    );
    expectUntouched(others, rule);
    const shared = tinyModel({ x: ['n', 3, 4] }, (b, [x]) => {
      const one = b.graph.addInitializer(b.graph.newValue('w'), Tensor.floats(noise(8), [4, 2]));
      return [0, 1, 2].map(() => b.op('Neg', [b.op('MatMul', [x as Value, one])]));
    });
    expectUntouched(shared, rule);
    const overridable = model([weight, weight, weight]);
    const [first] = overridable.graph.initializers;
    if (first) {
      first.type = tensorType('float32', [4, 2]);
      overridable.graph.inputs.push(first);
      first.overridable = true;
    }
    expectUntouched(overridable, rule);
  });
});
