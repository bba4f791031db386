import { DATA_TYPES, type Model, Tensor, type Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { eliminateDeadCodeRule } from '../src/eliminate-dead-code.ts';
import { splitProductsRule as rule, splitProducts } from '../src/split-products.ts';
import { takeSurvey } from '../src/survey.ts';
import {
  expectUntouched,
  floats,
  noise,
  once,
  operators,
  run,
  type TinyOptions,
  tinyModel,
} from './support/tiny.ts';

interface Form {
  readonly sizes?: readonly number[];
  readonly axis?: number;
  readonly half?: boolean;
  readonly how?: 'attribute' | 'input' | 'count' | 'equal';
  readonly reader?: 'product' | 'weight';
  readonly options?: TinyOptions;
}

const ROWS = 6;

/** x [n, s, 6] times a weight [6, columns], its columns split. */
function product(form: Form = {}): Model {
  const { sizes = [128, 128], axis = -1, how = 'equal' } = form;
  return tinyModel(
    { x: ['n', 's', ROWS] },
    (b, [x]) => {
      const columns = sizes.reduce((sum, size) => sum + size, 0);
      const stored = Tensor.floats(noise(ROWS * columns), [ROWS, columns], form.half ? 'float16' : 'float32');
      const weight = b.constant(stored);
      const right = form.half
        ? b.op('Cast', [weight], { attributes: { to: BigInt(DATA_TYPES.float32) } })
        : weight;
      const multiplied = b.op('MatMul', [x as Value, right]);
      const inputs = how === 'input' ? [multiplied, b.int64(sizes)] : [multiplied];
      const given = { attribute: { split: sizes.map(BigInt) }, count: { num_outputs: BigInt(sizes.length) } };
      const attributes = {
        axis: BigInt(axis),
        ...(how === 'attribute' || how === 'count' ? given[how] : {}),
      };
      const parts = b.ops('Split', inputs, sizes.length, { attributes });
      const extra =
        form.reader === 'product' ? [multiplied] : form.reader === 'weight' ? [b.op('Abs', [right])] : [];
      return [...parts, ...extra];
    },
    form.options,
  );
}

describe('split-products', () => {
  it.each<Form>([
    { how: 'count' },
    { how: 'count', sizes: [130, 130, 129] },
    { how: 'input', sizes: [128, 200] },
    { how: 'input', sizes: [128, 200], half: true },
    { how: 'equal', options: { opset: 13 } },
    { how: 'attribute', sizes: [300, 128], options: { opset: 12 } },
  ])('writes %j as one product for each part', async (form) => {
    const model = product(form);
    expect(splitProducts(takeSurvey(model))).toBe(1);
    once(model, eliminateDeadCodeRule);
    const parts = form.sizes?.length ?? 2;
    expect(operators(model).filter((opType) => opType === 'MatMul')).toHaveLength(parts);
    expect(operators(model)).not.toContain('Split');
    expect(model.graph.initializers.size).toBe(parts);
    expectUntouched(model, rule);
    const feeds = { x: floats(noise(5 * ROWS, 3), [1, 5, ROWS]) };
    const [before, after] = await Promise.all([run(product(form), feeds), run(model, feeds)]);
    const flat = (outputs: typeof before) => Object.values(outputs).flatMap(({ data }) => data);
    expect(Object.values(after).map(({ dims }) => dims)).toEqual(
      Object.values(before).map(({ dims }) => dims),
    );
    expect(Math.max(...flat(after).map((y, i) => Math.abs(y - (flat(before)[i] ?? 0))))).toBeLessThan(1e-4);
  });

  it.each<[string, Form]>([
    ['narrow parts, whose products would be slow', { how: 'input', sizes: [128, 4] }],
    ['another axis than the last', { how: 'input', sizes: [128, 128], axis: 0 }],
    ['a product that something else reads', { how: 'count', reader: 'product' }],
    ['a weight that something else reads', { how: 'count', reader: 'weight' }],
    [
      'weights where there may be no new initializers',
      { how: 'attribute', options: { opset: 9, irVersion: 3 } },
    ],
  ])('leaves %s', (_, form) => {
    expectUntouched(product(form), rule);
  });
});
