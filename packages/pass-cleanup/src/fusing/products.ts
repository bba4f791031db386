import {
  bitsPerElement,
  DATA_TYPES,
  type DataType,
  type Graph,
  Node,
  Tensor,
  toAttribute,
  type Value,
} from '@sentei/ir';
import { isPlain, type Survey } from '../survey.ts';

/** A product of a value with a weight of its own. */
export interface Product {
  readonly node: Node;
  readonly left: Value;
  /** The Cast that the weight is stored behind, if any. */
  readonly cast: Node | undefined;
  readonly weight: Value;
  readonly tensor: Tensor;
  /** Element type that the product is computed in. */
  readonly type: DataType;
}

/** A MatMul in the main graph with a matrix in the file that nothing else reads, nobody may override and nothing mentions. */
export function findProduct(node: Node | null | undefined, survey: Survey): Product | undefined {
  const { model } = survey;
  if (
    !node?.is('MatMul') ||
    !isPlain(node) ||
    node.graph !== model.graph ||
    !survey.holdsInitializers(model.graph)
  )
    return undefined;
  const [left, right] = [node.input(0), node.input(1)];
  if (left === undefined || right === undefined || right.soleConsumer() !== node) return undefined;
  const cast = right.producer?.is('Cast') && isPlain(right.producer) ? right.producer : undefined;
  const weight = cast === undefined ? right : cast.input(0);
  const tensor = weight?.tensor;
  if (weight === undefined || tensor === undefined || (cast !== undefined && cast.graph !== model.graph))
    return undefined;
  const isOwn = !weight.overridable && weight.soleConsumer() === (cast ?? node);
  if (!isOwn || tensor.external !== undefined || !isMatrix(tensor)) return undefined;
  if ([weight, right].some((value) => survey.isPinned(value))) return undefined;
  const type = cast === undefined ? tensor.dataType : castType(cast);
  return type && { node, left, cast, weight, tensor, type };
}

function isMatrix({ dims, dataType }: Tensor): boolean {
  const bits = bitsPerElement(dataType);
  return dims.length === 2 && bits !== undefined && bits % 8 === 0;
}

function castType(cast: Node): DataType | undefined {
  const code = cast.int('to');
  return (Object.keys(DATA_TYPES) as DataType[]).find((type) => DATA_TYPES[type] === code);
}

/**
 * Products with equally stored weights next to each other. Weights of one kind lie side by side in the file; the runtime joins
 * those of several kinds when it loads the model.
 */
export function orderByKind(products: readonly Product[]): Product[][] {
  const kinds = new Map<string, Product[]>();
  for (const product of products) {
    const kind = `${product.tensor.dataType} ${product.cast !== undefined}`;
    const members = kinds.get(kind);
    if (members === undefined) kinds.set(kind, [product]);
    else members.push(product);
  }
  return [...kinds.values()];
}

/**
 * Writes the product with the weights of all products side by side, in the order of `orderByKind`, and takes the products out.
 *
 * @param place the nodes are inserted before it
 * @returns the columns of all
 */
export function joinProducts(products: readonly Product[], place: Node): Value {
  const [first] = products;
  const { graph } = place;
  if (first === undefined || graph === null)
    throw new TypeError('there is no product, or no graph to put it');
  const add = (node: Node): Value => graph.insertBefore(place, node).outputs[0] as Value;
  const parts = orderByKind(products).map((members) => {
    const [{ weight, cast } = first] = members;
    const joined = joinColumns(members.map(({ tensor }) => tensor));
    const part = graph.addInitializer(graph.newValue(weight.name), joined);
    return cast === undefined ? part : add(copyOf(cast, [part], graph.newValue(weight.name)));
  });
  const [only] = parts;
  const right =
    parts.length === 1 && only
      ? only
      : add(makeNode(graph, 'Concat', parts, { axis: 1n }, [graph.newValue('weights')]));
  const columns = add(copyOf(first.node, [first.left, right], graph.newValue('product')));
  for (const { node, cast, weight } of products) {
    graph.remove(node);
    if (cast) graph.remove(cast);
    graph.initializers.delete(weight);
  }
  return columns;
}

/** A standard node with integer attributes, not yet in the graph. */
export function makeNode(
  graph: Graph,
  opType: string,
  inputs: readonly Value[],
  attributes: Readonly<Record<string, bigint>>,
  outputs: readonly Value[],
): Node {
  return new Node(opType, inputs, outputs, {
    name: graph.newName(opType.toLowerCase()),
    attributes: Object.entries(attributes).map(([name, value]) => [name, toAttribute(value)] as const),
  });
}

/** A node like another one, with its name and metadata. */
function copyOf(node: Node, inputs: readonly Value[], output: Value): Node {
  const { opType, name, domain, attributes } = node;
  const copy = new Node(opType, inputs, [output], { name, domain, attributes });
  copy.metadataProps = new Map(node.metadataProps);
  return copy;
}

/** Matrices of as many rows and the same type side by side. */
function joinColumns(tensors: readonly Tensor[]): Tensor {
  const [
    {
      dataType,
      dims: [rows = 0],
    } = Tensor.int64([]),
  ] = tensors;
  const widths = tensors.map(({ byteLength }) => byteLength / Math.max(1, rows));
  const width = widths.reduce((sum, one) => sum + one, 0);
  const bytes = new Uint8Array(rows * width);
  let column = 0;
  for (const [index, tensor] of tensors.entries()) {
    const own = widths[index] ?? 0;
    const source = tensor.bytes();
    for (let row = 0; row < rows; row++) {
      bytes.set(source.subarray(row * own, (row + 1) * own), row * width + column);
    }
    column += own;
  }
  const columns = tensors.reduce((sum, { dims }) => sum + (dims[1] ?? 0), 0);
  return Tensor.fromBytes(dataType, [rows, columns], bytes);
}
