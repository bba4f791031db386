import { constantScalar, type Node, type Value } from '@sentei/ir';

/** What a value is, told of attention weights: the weight itself, a number, or one that differs by weight. */
type Known = 'weight' | 'unknown' | number;

/** The value that stands for attention weights once what is not a number or not finite has been replaced in them. */
export interface WeightGuard {
  readonly output: Value;
  readonly nodes: readonly Node[];
  /** Whether weights that are not a number become zeros, instead of staying so. */
  readonly zeroes: boolean;
}

/** More nodes than PyTorch writes for `nan_to_num`. */
const MOST_NODES = 24;

/**
 * Recognises arithmetic on the weights alone that changes none that is a number, as PyTorch writes to clean rows without any
 * key: Where(IsNaN(w), 0, w), and `nan_to_num` with its tests for infinities, which weights never are.
 */
export function matchWeightGuard(weights: Value): WeightGuard | undefined {
  if (weights.outputOf.size > 0) return undefined;
  const nodes: Node[] = [];
  const inside = new Set<Value>([weights]);
  const pending = [weights];
  let last: Value | undefined;
  for (const value of pending) {
    for (const node of value.consumers()) {
      if (nodes.includes(node)) continue;
      if (
        !node.is(
          'Where',
          'IsNaN',
          'IsInf',
          'And',
          'Or',
          'Not',
          'Less',
          'Greater',
          'Equal',
          'Cast',
          'Identity',
        )
      )
        continue;
      const output = node.output(0);
      if (output === undefined || nodes.length >= MOST_NODES) return undefined;
      nodes.push(node);
      inside.add(output);
      pending.push(output);
    }
  }
  // The one value that something else reads is what stands for the weights.
  for (const value of inside) {
    const isRead = value.outputOf.size > 0 || value.consumers().some((node) => !nodes.includes(node));
    if (!isRead) continue;
    if (last !== undefined) return undefined;
    last = value;
  }
  if (last === undefined || last === weights || !nodes.some((node) => node.is('IsNaN'))) return undefined;
  const regular = evaluate(last, weights, 'weight');
  const undefinedRow = evaluate(last, weights, Number.NaN);
  if (regular !== 'weight' || typeof undefinedRow !== 'number') return undefined;
  if (undefinedRow !== 0 && !Number.isNaN(undefinedRow)) return undefined;
  return { output: last, nodes, zeroes: undefinedRow === 0 };
}

/** Works out a value where the weight is a regular one, between 0 and 1, or the given number. */
function evaluate(value: Value, weights: Value, weight: Known): Known {
  if (value === weights) return weight;
  const constant = constantScalar(value);
  if (constant !== undefined) return constant;
  const node = value.producer;
  if (node === null) return 'unknown';
  const at = (index: number) => {
    const input = node.input(index);
    return input === undefined ? 'unknown' : evaluate(input, weights, weight);
  };
  const [a, b] = [at(0), at(1)];
  const bothNumbers = typeof a === 'number' && typeof b === 'number';
  switch (node.is(node.opType) ? node.opType : '') {
    case 'Identity':
    case 'Cast':
      return a;
    case 'IsNaN':
      return a === 'unknown' ? a : a === 'weight' ? 0 : Number(Number.isNaN(a));
    case 'IsInf':
      return a === 'unknown' ? a : a === 'weight' ? 0 : Number(Math.abs(a) === Number.POSITIVE_INFINITY);
    case 'And':
      return a === 0 || b === 0 ? 0 : bothNumbers ? 1 : 'unknown';
    case 'Or':
      return a === 1 || b === 1 ? 1 : bothNumbers ? 0 : 'unknown';
    case 'Not':
      return typeof a === 'number' ? Number(a === 0) : 'unknown';
    case 'Less':
      return bothNumbers ? Number(a < b) : 'unknown';
    case 'Greater':
      return bothNumbers ? Number(a > b) : 'unknown';
    case 'Equal':
      return bothNumbers ? Number(a === b) : 'unknown';
    case 'Where':
      return typeof a !== 'number' ? 'unknown' : a === 0 ? at(2) : b;
    default:
      return 'unknown';
  }
}
