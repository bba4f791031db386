import { constantScalar, type Graph, type Node, type Value } from '@sentei/ir';
import { DECLARED_SHAPES, type ShapeFacts } from './shape-facts.ts';
import { matchSoftmax, type Softmax } from './softmax.ts';
import { matchWeightGuard } from './weight-guard.ts';

/** What happens to the scores between the product of queries and keys and the softmax, in the order it is computed. */
export type ScoreStep =
  /** The factor is not a number where the model computes it from a shape. */
  | { readonly kind: 'scale'; readonly factor: number; readonly node: Node }
  /** scores + bias, or scores − bias */
  | { readonly kind: 'bias'; readonly value: Value; readonly negated?: boolean; readonly node: Node }
  /** scores where the condition equals `keeps`, `fill` elsewhere */
  | {
      readonly kind: 'mask';
      readonly condition: Value;
      readonly keeps: boolean;
      readonly fill: number;
      readonly node: Node;
    };

/**
 * Scaled dot-product attention written out in standard operators:
 * output = softmax(steps(query · key)) · value, softmax over the last axis.
 */
export interface AttentionCore {
  /** Left operand of the score product, […, queries, channels]. */
  readonly query: Value;
  /** Right operand of the score product, […, channels, keys]; of the operator Attention […, keys, channels]. */
  readonly key: Value;
  /** Right operand of the second product, […, keys, value channels]. */
  readonly value: Value;
  /** […, queries, value channels] */
  readonly output: Value;
  /** What the softmax is taken of; of the operator Attention, its queries. */
  readonly scores: Value;
  /** The node that returns the weights: Softmax, or the division where it is written out. */
  readonly softmax: Node;
  /** The product of queries and keys: MatMul, Einsum, or the operator Attention, which then is the softmax too. */
  readonly product: Node;
  /** From the softmax to the product with the values, both excluded. */
  readonly between: readonly Node[];
  readonly steps: readonly ScoreStep[];
  /** Whether rows whose weights are not a number count as rows of zeros, as PyTorch writes for rows without any key. */
  readonly zeroesUndefinedRows: boolean;
  /** From the score product to the second product, the nodes only this attention uses. */
  readonly nodes: readonly Node[];
}

/**
 * Finds attention by its structure: a product, anything that scales, shifts or masks it, a softmax over the last axis,
 * and a second product. Subgraphs are searched too.
 *
 * @param shapes tells ranks; inferred ones find attention in files that declare none
 */
export function findAttentionCores(graph: Graph, shapes: ShapeFacts = DECLARED_SHAPES): AttentionCore[] {
  const cores: AttentionCore[] = [];
  for (const node of graph.allNodes()) {
    const softmax = matchSoftmax(node, shapes);
    const core = softmax === undefined ? operatorCore(node) : attentionOf(softmax);
    if (core !== undefined) cores.push(core);
  }
  return cores;
}

/** The standard operator Attention: one node is all of it. */
function operatorCore(node: Node): AttentionCore | undefined {
  const [query, key, value, output] = [node.input(0), node.input(1), node.input(2), node.output(0)];
  if (!node.is('Attention') || !query || !key || !value || !output) return undefined;
  const shared = {
    softmax: node,
    product: node,
    between: [],
    steps: [],
    nodes: [node],
    zeroesUndefinedRows: false,
  };
  return { query, key, value, output, scores: query, ...shared };
}

function attentionOf({ scores, weights, nodes: own }: Softmax): AttentionCore | undefined {
  const softmax = own.at(-1);
  if (softmax === undefined) return undefined;
  const after = productOfWeights(weights);
  const before = scoreProduct(scores, 12);
  if (after === undefined || before === undefined) return undefined;
  const { node: product, value, output } = after;
  const query = before.product.input(0);
  const key = before.product.input(1);
  if (query === undefined || key === undefined) return undefined;
  const { steps } = before;
  const nodes = [before.product, ...before.nodes, ...own, ...after.between, product];
  const { between, zeroesUndefinedRows } = after;
  return {
    query,
    key,
    value,
    output,
    scores,
    softmax,
    product: before.product,
    between,
    steps,
    zeroesUndefinedRows,
    nodes,
  };
}

interface WeightWalk {
  readonly node: Node;
  readonly value: Value;
  readonly output: Value;
  readonly between: readonly Node[];
  readonly zeroesUndefinedRows: boolean;
}

/** Walks from the attention weights to the product with the values. */
function productOfWeights(weights: Value): WeightWalk | undefined {
  const between: Node[] = [];
  let zeroesUndefinedRows = false;
  let current = weights;
  for (let steps = 0; steps < 8; steps++) {
    const guard = matchWeightGuard(current);
    if (guard !== undefined) {
      between.push(...guard.nodes);
      zeroesUndefinedRows ||= guard.zeroes;
      current = guard.output;
    }
    const node = current.soleConsumer();
    const output = node?.output(0);
    if (node === undefined || output === undefined || node.input(0) !== current) return undefined;
    if (isProduct(node)) {
      const value = node.input(1);
      if (value === undefined || value === current) return undefined;
      return { node, value, output, between, zeroesUndefinedRows };
    }
    if (!isPassThrough(node)) return undefined;
    between.push(node);
    current = output;
  }
  return undefined;
}

/** float32, float16, float64 and bfloat16. */
const FLOATS = [1, 10, 11, 16];

/** Operators that only change the shape. */
const VIEWS = ['Identity', 'Reshape', 'Unsqueeze', 'Squeeze', 'Flatten'];

function isProduct(node: Node): boolean {
  return node.is('MatMul') || (node.is('Einsum') && node.inputs.length === 2);
}

/** Operators after the softmax that change nothing at inference but the shape and the element type. */
function isPassThrough(node: Node): boolean {
  if (node.is('Dropout')) return node.input(2) === undefined || constantScalar(node.input(2)) === 0;
  return node.is(...VIEWS, 'Transpose') || (node.is('Cast') && FLOATS.includes(node.int('to') ?? 0));
}

interface ScoreWalk {
  readonly product: Node;
  readonly steps: readonly ScoreStep[];
  /** Nodes of the steps and of what lies between them. */
  readonly nodes: readonly Node[];
}

/** Walks from the softmax back to the product of queries and keys, collecting the steps between. */
function scoreProduct(scores: Value, depth: number): ScoreWalk | undefined {
  const node = scores.producer;
  if (node === null || depth === 0) return undefined;
  if (isProduct(node)) {
    const bothComputed = node.inputs.every((value) => value?.producer);
    return bothComputed ? { product: node, steps: [], nodes: [] } : undefined;
  }
  const follow = (value: Value | undefined, step?: ScoreStep): ScoreWalk | undefined => {
    const found = value === undefined ? undefined : scoreProduct(value, depth - 1);
    return (
      found && { ...found, steps: step ? [...found.steps, step] : found.steps, nodes: [...found.nodes, node] }
    );
  };
  const [a, b] = [node.input(0), node.input(1)];
  if (node.is(...VIEWS, 'Transpose') || (node.is('Cast') && FLOATS.includes(node.int('to') ?? 0)))
    return follow(a);
  if (node.is('Mul')) {
    const [left, right] = [uniformConstant(a), uniformConstant(b)];
    if (right !== undefined) return follow(a, { kind: 'scale', factor: right, node });
    return left === undefined ? undefined : follow(b, { kind: 'scale', factor: left, node });
  }
  if (node.is('Div')) {
    const divisor = uniformConstant(b);
    return divisor === undefined ? undefined : follow(a, { kind: 'scale', factor: 1 / divisor, node });
  }
  if (node.is('Sub')) return b && follow(a, { kind: 'bias', value: b, negated: true, node });
  if (node.is('Add')) {
    const left = b && follow(a, { kind: 'bias', value: b, node });
    const right = a && follow(b, { kind: 'bias', value: a, node });
    // A sum of two products is no plain attention: which of them holds the keys is undecided.
    return left && right ? undefined : (left ?? right);
  }
  if (node.is('Where') && a !== undefined) {
    const [kept, filled] = [uniformConstant(node.input(2)), uniformConstant(b)];
    if (kept !== undefined) return follow(b, { kind: 'mask', condition: a, keeps: true, fill: kept, node });
    if (filled !== undefined) {
      return follow(node.input(2), { kind: 'mask', condition: a, keeps: false, fill: filled, node });
    }
  }
  return undefined;
}

/** The one number that a value is filled with: a constant, also one that is spread to some shape or cast. */
function uniformConstant(value: Value | undefined): number | undefined {
  let current = value;
  for (let steps = 0; steps < 8; steps++) {
    const node = current?.producer;
    if (node?.is('ConstantOfShape')) {
      const tensor = node.tensor('value');
      return tensor === undefined ? 0 : tensor.numbers()[0];
    }
    if (!node?.is('Expand', 'Cast', 'Reshape', 'Unsqueeze', 'Squeeze', 'Identity')) break;
    current = node.input(0);
  }
  return constantScalar(current) ?? scaleOfShape(current);
}

/** A factor that is computed from the number of channels, as the square root of an extent: known to be one, not which. */
function scaleOfShape(value: Value | undefined): number | undefined {
  let node = value?.producer;
  for (let steps = 0; steps < 8 && node; steps++) {
    if (node.is('Shape')) return Number.NaN;
    const inputs = node.inputs.filter((input) => input && constantScalar(input) === undefined);
    if (
      !node.is('Sqrt', 'Cast', 'Div', 'Pow', 'Reciprocal', 'Gather', 'Slice', 'Squeeze', 'Unsqueeze', 'Mul')
    )
      return undefined;
    node = inputs[0]?.producer;
  }
  return undefined;
}
