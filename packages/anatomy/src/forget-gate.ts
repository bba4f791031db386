import { constantIntegers, constantScalar, type Node, type Value } from '@sentei/ir';
import { DECLARED_SHAPES, type ShapeFacts } from './shape-facts.ts';
import { hasSign } from './sign.ts';

/**
 * The bias of forgetting attention, D[i, j] = c[i] − c[j], where c is a running sum of log forget gates along the sequence.
 * The gates are proven to be at most 1, so c never grows and D never grows with the distance between i and j.
 */
export interface ForgetGate {
  /** The running sums c, […, sequence], the heads before the sequence as in the scores. */
  readonly cumulative: Value;
  /** Log forget gates, never positive, in whatever layout the model sums them in. */
  readonly logGates: Value;
  /** From the running sum to the bias. */
  readonly nodes: readonly Node[];
}

/** float32 and float64: casts to anything narrower may not keep the order of sums. */
const WIDE_FLOATS = [1, 11];

/** Recognises a forget bias by its structure, or tells `undefined`. */
export function matchForgetGate(bias: Value, shapes: ShapeFacts = DECLARED_SHAPES): ForgetGate | undefined {
  const difference = bias.producer;
  if (!difference?.is('Sub')) return undefined;
  const rows = unsqueezed(difference.input(0), 'last', shapes);
  const columns = unsqueezed(difference.input(1), 'before-last', shapes);
  if (rows === undefined || columns === undefined || rows.source !== columns.source) return undefined;
  const cumulative = rows.source;
  const found = runningSum(cumulative, shapes);
  if (found === undefined) return undefined;
  return {
    cumulative,
    logGates: found.summed,
    nodes: [...found.nodes, rows.node, columns.node, difference],
  };
}

/** The source of an Unsqueeze that adds its one axis at the end, or just before the last axis of the source. */
function unsqueezed(
  value: Value | undefined,
  place: 'last' | 'before-last',
  shapes: ShapeFacts,
): { source: Value; node: Node } | undefined {
  const node = value?.producer;
  const source = node?.is('Unsqueeze') ? node.input(0) : undefined;
  if (!node || source === undefined) return undefined;
  const axes = node.ints('axes') ?? constantIntegers(node.input(1));
  const [axis] = axes ?? [];
  if (axes?.length !== 1 || axis === undefined) return undefined;
  if (axis < 0) return axis === (place === 'last' ? -1 : -2) ? { source, node } : undefined;
  const rank = rankOf(source, shapes) ?? rankOf(value as Value, shapes, -1);
  if (rank === undefined) return undefined;
  return axis === (place === 'last' ? rank : rank - 1) ? { source, node } : undefined;
}

/** Follows transpositions back to a CumSum along the axis that ends up last. */
function runningSum(value: Value, shapes: ShapeFacts): { summed: Value; nodes: Node[] } | undefined {
  const nodes: Node[] = [];
  let current = value;
  // Negative counts from the end, which is all that is known of the axis while no rank is.
  let axis = -1;
  let rank = shapes.shapeOf(value)?.length;
  for (let node = current.producer; node !== null; node = current.producer) {
    const input = node.input(0);
    if (input === undefined || nodes.length > 8) return undefined;
    nodes.unshift(node);
    if (node.is('CumSum'))
      return sumsAlong(node, axis, rank ?? rankOf(input, shapes)) && hasSign(input, 'non-positive')
        ? { summed: input, nodes }
        : undefined;
    if (node.is('Transpose')) {
      const permutation = node.ints('perm');
      if (permutation === undefined) return undefined;
      const from = permutation[axis < 0 ? axis + permutation.length : axis];
      if (from === undefined) return undefined;
      axis = from - permutation.length;
      rank = permutation.length;
    } else if (!node.is('Identity') && !(node.is('Cast') && WIDE_FLOATS.includes(node.int('to') ?? 0))) {
      return undefined;
    }
    current = input;
  }
  return undefined;
}

function sumsAlong(node: Node, axis: number, rank: number | undefined): boolean {
  if (node.int('reverse') === 1 || node.int('exclusive') === 1) return false;
  const along = constantScalar(node.input(1));
  if (along === undefined) return false;
  return along < 0 ? along === axis : rank !== undefined && along - rank === axis;
}

/** Rank of a value: looked up, or read off the permutation of a Transpose that makes it. */
function rankOf(value: Value | undefined, shapes: ShapeFacts, offset = 0): number | undefined {
  const permutation = value?.producer?.is('Transpose') ? value.producer.ints('perm') : undefined;
  const rank = (value && shapes.shapeOf(value)?.length) ?? permutation?.length;
  return rank === undefined ? undefined : rank + offset;
}
