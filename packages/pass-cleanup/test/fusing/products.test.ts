import { type Node, Tensor, type Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { findProduct, joinProducts, orderByKind, type Product } from '../../src/fusing/products.ts';
import { takeSurvey } from '../../src/survey.ts';
import { tinyModel } from '../support/tiny.ts';

function build(stored: readonly ('float32' | 'float16')[]) {
  const model = tinyModel({ x: ['n', 2] }, (b, [x]) =>
    stored.map((type, index) => {
      const tensor = Tensor.floats(
        [1, 2, 3, 4].map((value) => value + 10 * index),
        [2, 2],
        type,
      );
      const weight = b.graph.addInitializer(b.graph.newValue('w'), tensor);
      const right = type === 'float16' ? b.op('Cast', [weight], { attributes: { to: 1n } }) : weight;
      return b.op('Neg', [b.op('MatMul', [x as Value, right])]);
    }),
  );
  const survey = takeSurvey(model);
  const products = [...model.graph.nodes()].flatMap((node) => findProduct(node, survey) ?? []);
  return { model, survey, products };
}

describe('products', () => {
  it('are found with the type they are computed in, behind a Cast too', () => {
    const { products } = build(['float32', 'float16']);
    expect(products.map(({ type, cast }) => [type, cast?.opType])).toEqual([
      ['float32', undefined],
      ['float32', 'Cast'],
    ]);
  });

  it('are put side by side, column by column, those of one kind in one tensor', () => {
    const { model, products } = build(['float32', 'float16', 'float32']);
    expect(orderByKind(products).map((kind) => kind.map(({ tensor }) => tensor.dataType))).toEqual([
      ['float32', 'float32'],
      ['float16'],
    ]);
    const place = [...model.graph.nodes()][0] as Node;
    const end = [...model.graph.nodes()].at(-1) as Node;
    for (const node of [...model.graph.nodes()])
      if (node.opType === 'Neg' && node !== end) node.setInputs([]);
    end.setInputs([]);
    const columns = joinProducts(products, place.graph === null ? end : end);
    expect(columns.producer?.opType).toBe('MatMul');
    const concat = columns.producer?.input(1)?.producer;
    expect(concat?.opType).toBe('Concat');
    expect([...(concat?.input(0)?.tensor?.numbers() ?? [])]).toEqual([1, 2, 21, 22, 3, 4, 23, 24]);
    expect([...(concat?.input(1)?.producer?.input(0)?.tensor?.numbers() ?? [])]).toEqual([11, 12, 13, 14]);
    expect(model.graph.initializers.size).toBe(2);
  });

  it('are none where the weight has another reader', () => {
    const { model } = build(['float32']);
    const [weight] = model.graph.initializers;
    const [product] = [...model.graph.nodes()];
    [...model.graph.nodes()].at(-1)?.setInput(0, weight as Value);
    expect(findProduct(product as Product['node'], takeSurvey(model))).toBeUndefined();
  });
});
