import { bitsPerElement, constantIntegers, Node, Tensor, type Value } from '@sentei/ir';
import { isPlain, plainNodes, type Survey } from './survey.ts';
import type { Rule } from './types.ts';

/** Narrower products than this run so far below the speed of wide ones that copying their columns costs less. */
const NARROWEST_PRODUCT = 128;

/** The first opset whose Split says into how many parts, rounding up. */
const SPLIT_BY_COUNT = 18;

interface SplitProduct {
  readonly product: Node;
  readonly left: Value;
  /** The Cast that the weight is stored behind, if any. */
  readonly cast: Node | undefined;
  readonly weight: Value;
  readonly tensor: Tensor;
  readonly sizes: readonly number[];
}

/**
 * A product with a weight whose only reader splits its columns, as gated feed-forward layers and joint projections are
 * written. One product for each part of the weight gives the same numbers without copying them.
 */
export const splitProductsRule: Rule = {
  id: 'split-products',
  description: 'Splits a weight in place of the columns of its product.',
  find(survey) {
    return [...plainNodes(survey.model)]
      .filter((node) => match(node, survey) !== undefined)
      .map((node) => ({ subject: node, apply: () => rewrite(node, survey) }));
  },
};

/** Splits weights and returns how many there were. */
export function splitProducts(survey: Survey): number {
  return splitProductsRule.find(survey).filter((found) => found.apply()).length;
}

function match(split: Node, survey: Survey): SplitProduct | undefined {
  const columns = split.is('Split') ? split.input(0) : undefined;
  const product = columns?.producer;
  const { graph } = split;
  if (columns === undefined || !product?.is('MatMul') || !isPlain(product)) return undefined;
  if (graph === null || product.graph !== graph || columns.soleConsumer() !== split) return undefined;
  if (graph.root !== survey.model.graph || !survey.holdsInitializers(graph.root)) return undefined;
  const [left, right] = [product.input(0), product.input(1)];
  if (left === undefined || right === undefined || right.soleConsumer() !== product) return undefined;
  const cast = right.producer?.is('Cast') && isPlain(right.producer) ? right.producer : undefined;
  const weight = cast === undefined ? right : cast.input(0);
  const tensor = weight?.tensor;
  if (weight === undefined || tensor === undefined || !isOwnWeight(weight, cast ?? product, tensor))
    return undefined;
  if ([weight, right, columns].some((value) => survey.isPinned(value))) return undefined;
  if (!isLastAxis(split, survey)) return undefined;
  const sizes = partSizes(split, tensor.dims[1] ?? 0, survey.opset(graph));
  if (sizes === undefined || sizes.some((size) => size < NARROWEST_PRODUCT)) return undefined;
  return { product, left, cast, weight, tensor, sizes };
}

/** A matrix in the file that nothing else reads and whose columns start at whole bytes. */
function isOwnWeight(weight: Value, reader: Node, tensor: Tensor): boolean {
  const bits = bitsPerElement(tensor.dataType);
  const isPlainMatrix = tensor.dims.length === 2 && bits !== undefined && bits % 8 === 0;
  return (
    isPlainMatrix && tensor.external === undefined && !weight.overridable && weight.soleConsumer() === reader
  );
}

function isLastAxis(split: Node, survey: Survey): boolean {
  const axis = split.int('axis') ?? 0;
  const rank = survey.shape(split.input(0))?.length ?? survey.shape(split.outputs[0])?.length;
  return axis === -1 || (rank !== undefined && axis === rank - 1);
}

/** Columns of each part; `undefined` unless they are known and add up. */
function partSizes(split: Node, columns: number, opset: number): readonly number[] | undefined {
  const parts = split.outputs.length;
  const given = split.input(1) === undefined ? split.ints('split') : constantIntegers(split.input(1));
  if (given === undefined && split.input(1) !== undefined) return undefined;
  const width = opset >= SPLIT_BY_COUNT ? Math.ceil(columns / parts) : columns / parts;
  const sizes = given ?? Array.from({ length: parts }, (_, i) => Math.min(width, columns - i * width));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return sizes.length === parts && total === columns && sizes.every(Number.isInteger) ? sizes : undefined;
}

function rewrite(split: Node, survey: Survey): boolean {
  const found = match(split, survey);
  const { graph, outputs } = split;
  if (found === undefined || graph === null) return false;
  const { product, left, cast, weight, tensor, sizes } = found;
  graph.remove(split);
  let column = 0;
  for (const [index, size] of sizes.entries()) {
    const output = outputs[index];
    if (output === undefined) continue;
    const part = graph.root.addInitializer(graph.newValue(weight.name), takeColumns(tensor, column, size));
    const right = cast === undefined ? part : graph.newValue(weight.name);
    if (cast?.graph) cast.graph.insertBefore(cast, copyOf(cast, index, [part], right));
    graph.insertBefore(product, copyOf(product, index, [left, right], output));
    column += size;
  }
  graph.remove(product);
  cast?.graph?.remove(cast);
  graph.root.initializers.delete(weight);
  return true;
}

/** A node like another one for part `index`; the first takes over its name. */
function copyOf(node: Node, index: number, inputs: readonly Value[], output: Value): Node {
  const isNamed = node.name !== '' && index > 0;
  const name = isNamed ? (node.graph?.newName(node.name) ?? node.name) : node.name;
  const copy = new Node(node.opType, inputs, [output], {
    name,
    domain: node.domain,
    attributes: node.attributes,
  });
  copy.metadataProps = new Map(node.metadataProps);
  return copy;
}

function takeColumns(tensor: Tensor, first: number, count: number): Tensor {
  const [rows = 0, columns = 0] = tensor.dims;
  const bytes = tensor.bytes();
  const width = bytes.byteLength / Math.max(1, rows * columns);
  const taken = new Uint8Array(rows * count * width);
  for (let row = 0; row < rows; row++) {
    const start = (row * columns + first) * width;
    taken.set(bytes.subarray(start, start + count * width), row * count * width);
  }
  return Tensor.fromBytes(tensor.dataType, [rows, count], taken);
}
