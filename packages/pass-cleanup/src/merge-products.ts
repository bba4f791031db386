import { Node, Tensor, type Value } from '@sentei/ir';
import type { Target } from './fusing/kernels.ts';
import { findProduct, joinProducts, makeNode, orderByKind, type Product } from './fusing/products.ts';
import { makeConstant } from './make-constant.ts';
import type { Survey } from './survey.ts';
import type { Rule } from './types.ts';

/**
 * Products that one Split costs less than: on a GPU every node is a launch, so three products are worth merging, whatever their
 * width. On the CPU the columns of wide products are copied for longer than the product gains.
 */
const FEWEST = 3;

/** Columns up to which a product on the CPU is so far below the speed of a wide one that it pays to merge it with others. */
const NARROW = 32;

/** The first opset whose Split takes its sizes as an input. */
const SIZES_AS_INPUT = 13;

/**
 * Products of the same value with several weights, as projections to queries, keys, values and gates are, become one product
 * with the weights side by side and one Split.
 */
export function createMergeProductsRule(target: Target): Rule {
  return {
    id: 'merge-products',
    description: 'Puts weights that multiply the same value side by side, into one product.',
    find(survey) {
      return [...groups(survey, target)].map((products) => ({
        subject: products[0]?.node ?? '',
        apply: () => merge(products, survey),
      }));
    },
  };
}

function groups(survey: Survey, target: Target): Product[][] {
  const found = new Map<string, Product[]>();
  const numbers = new Map<Value, number>();
  if (survey.opset(survey.model.graph) < SIZES_AS_INPUT) return [];
  for (const node of survey.model.graph.nodes()) {
    const product = findProduct(node, survey);
    if (product === undefined || (target === 'cpu' && (product.tensor.dims[1] ?? 0) > NARROW)) continue;
    const { left, tensor, type } = product;
    if (!numbers.has(left)) numbers.set(left, numbers.size);
    const key = `${numbers.get(left)} ${tensor.dims[0]} ${type}`;
    const members = found.get(key);
    if (members === undefined) found.set(key, [product]);
    else members.push(product);
  }
  return [...found.values()].filter((products) => products.length >= FEWEST);
}

function merge(products: readonly Product[], survey: Survey): boolean {
  const [first] = products;
  const graph = first?.node.graph;
  if (!first || !graph || products.some(({ node, left }) => node.graph !== graph || node.input(0) !== left))
    return false;
  const ordered = orderByKind(products).flat();
  const outputs = ordered.map(({ node }) => node.outputs[0] as Value);
  const widths = ordered.map(({ tensor }) => tensor.dims[1] ?? 0);
  const place = graph.insertBefore(first.node, new Node('', [], []));
  const columns = joinProducts(products, place);
  const sizes = makeConstant(place, Tensor.int64(widths), survey);
  graph.insertBefore(place, makeNode(graph, 'Split', [columns, sizes], { axis: -1n }, outputs));
  graph.remove(place);
  return true;
}
