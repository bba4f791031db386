import { constantScalar, type Graph, type Node, type Value } from '@sentei/ir';
import { DECLARED_SHAPES, type ShapeFacts } from './shape-facts.ts';

/** What happens to the scores between the product of queries and keys and the softmax, in the order it is computed. */
export type ScoreStep =
  | { readonly kind: 'scale'; readonly factor: number; readonly node: Node }
  /** scores + bias */
  | { readonly kind: 'bias'; readonly value: Value; readonly node: Node }
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
  /** Right operand of the score product, […, channels, keys]. */
  readonly key: Value;
  /** Right operand of the second product, […, keys, value channels]. */
  readonly value: Value;
  /** […, queries, value channels] */
  readonly output: Value;
  readonly softmax: Node;
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
    const core = node.is('Softmax') ? attentionOf(node, shapes) : undefined;
    if (core !== undefined) cores.push(core);
  }
  return cores;
}

function attentionOf(softmax: Node, shapes: ShapeFacts): AttentionCore | undefined {
  const scores = softmax.input(0);
  const weights = softmax.output(0);
  if (scores === undefined || weights === undefined || !isOverLastAxis(softmax, shapes)) return undefined;
  const after = productOfWeights(weights);
  const before = scoreProduct(scores, 12);
  if (after === undefined || before === undefined) return undefined;
  const { node: product, value, output } = after;
  const query = before.product.input(0);
  const key = before.product.input(1);
  if (query === undefined || key === undefined) return undefined;
  const stepNodes = before.steps.map((step) => step.node);
  const nodes = [before.product, ...stepNodes, softmax, ...after.between, product];
  const zeroesUndefinedRows = after.between.some((node) => node.is('Where'));
  return { query, key, value, output, softmax, steps: before.steps, zeroesUndefinedRows, nodes };
}

/** Walks from the attention weights to the product with the values. */
function productOfWeights(
  weights: Value,
): { node: Node; value: Value; output: Value; between: Node[] } | undefined {
  const between: Node[] = [];
  let current = weights;
  while (between.length < 6) {
    const guard = undefinedRowGuard(current);
    const node = guard?.at(-1) ?? current.soleConsumer();
    const output = node?.output(0);
    if (node === undefined || output === undefined) return undefined;
    if (guard === undefined && node.input(0) !== current) return undefined;
    if (node.is('MatMul')) {
      const value = node.input(1);
      return value === undefined || value === current ? undefined : { node, value, output, between };
    }
    if (guard === undefined && !isPassThrough(node)) return undefined;
    between.push(...(guard ?? [node]));
    current = output;
  }
  return undefined;
}

/** float32 and float64; casts to anything narrower round the weights. */
const WIDE_FLOATS = [1, 11];

/** Operators after the softmax that change nothing at inference. */
function isPassThrough(node: Node): boolean {
  if (node.is('Dropout')) return node.input(2) === undefined || constantScalar(node.input(2)) === 0;
  return node.is('Identity') || (node.is('Cast') && WIDE_FLOATS.includes(node.int('to') ?? 0));
}

/** Where(IsNaN(weights), 0, weights): the nodes of it, the Where last. */
function undefinedRowGuard(weights: Value): [Node, Node] | undefined {
  const consumers = weights.outputOf.size === 0 ? weights.consumers() : [];
  const test = consumers.find((node) => node.is('IsNaN'));
  const choice = consumers.find((node) => node.is('Where'));
  if (consumers.length !== 2 || test === undefined || choice === undefined) return undefined;
  const isGuard =
    choice.input(0) === test.output(0) &&
    constantScalar(choice.input(1)) === 0 &&
    choice.input(2) === weights;
  return isGuard && test.output(0)?.soleConsumer() === choice ? [test, choice] : undefined;
}

/** Walks from the softmax back to the product of queries and keys, collecting the steps between. */
function scoreProduct(scores: Value, depth: number): { product: Node; steps: ScoreStep[] } | undefined {
  const node = scores.producer;
  if (node === null || depth === 0) return undefined;
  if (node.is('MatMul')) {
    const bothComputed = node.inputs.every((value) => value?.producer);
    return bothComputed ? { product: node, steps: [] } : undefined;
  }
  const follow = (value: Value | undefined, step: ScoreStep | undefined) => {
    const found = value === undefined ? undefined : scoreProduct(value, depth - 1);
    return found && step && { product: found.product, steps: [...found.steps, step] };
  };
  const [a, b] = [node.input(0), node.input(1)];
  if (node.is('Mul')) {
    const [left, right] = [constantScalar(a), constantScalar(b)];
    if (right !== undefined) return follow(a, { kind: 'scale', factor: right, node });
    return left === undefined ? undefined : follow(b, { kind: 'scale', factor: left, node });
  }
  if (node.is('Div')) {
    const divisor = constantScalar(b);
    return divisor === undefined ? undefined : follow(a, { kind: 'scale', factor: 1 / divisor, node });
  }
  if (node.is('Add')) {
    const left = follow(a, b && { kind: 'bias', value: b, node });
    const right = follow(b, a && { kind: 'bias', value: a, node });
    // A sum of two products is no plain attention: which of them holds the keys is undecided.
    return left && right ? undefined : (left ?? right);
  }
  if (node.is('Where') && a !== undefined) {
    const [kept, filled] = [constantScalar(node.input(2)), constantScalar(b)];
    if (kept !== undefined) return follow(b, { kind: 'mask', condition: a, keeps: true, fill: kept, node });
    if (filled !== undefined) {
      return follow(node.input(2), { kind: 'mask', condition: a, keeps: false, fill: filled, node });
    }
  }
  return undefined;
}

function isOverLastAxis(softmax: Node, shapes: ShapeFacts): boolean {
  const [scores, weights] = [softmax.input(0), softmax.output(0)];
  const rank = ((scores && shapes.shapeOf(scores)) ?? (weights && shapes.shapeOf(weights)))?.length;
  // The default was 1 before opset 13 and is −1 since; only for matrices are they the same.
  const axis = softmax.int('axis') ?? (rank === 2 ? 1 : undefined);
  return axis === -1 || (axis !== undefined && rank !== undefined && axis === rank - 1);
}
