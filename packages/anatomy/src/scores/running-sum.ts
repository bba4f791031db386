import { constantScalar, type Node, type Value } from '@sentei/ir';
import { isOwnPast } from '../own-past.ts';
import type { ShapeFacts } from '../shape-facts.ts';
import { hasSign } from '../sign.ts';
import { peel, runsAlong, type View, type Viewed } from './axis-view.ts';

/** c[j] = Σ of log gates up to and with j, where no log gate is positive, so that c never rises along the sequence. */
export interface RunningSum {
  /** What the sum is taken of, with what it runs along. */
  readonly logGates: Viewed;
  /** From the CumSum on. */
  readonly nodes: readonly Node[];
}

/** Follows what runs along `axis` (`q` or `k`) back to a running sum along it of something that is never positive. */
export function matchRunningSum(start: Viewed, axis: 'q' | 'k', facts: ShapeFacts): RunningSum | undefined {
  const nodes: Node[] = [];
  let { value, view } = start;
  while (nodes.length < 16) {
    const node = value.producer;
    if (node === null) return undefined;
    nodes.unshift(node);
    const input = node.input(0);
    if (node.is('CumSum') && input !== undefined) {
      if (!sumsAlong(node, view, axis) || !isNeverPositive(input, view, axis)) return undefined;
      return { logGates: { value: input, view }, nodes };
    }
    const before = peel(node, view, facts);
    if (before === undefined || !runsAlong(before.view, axis)) return undefined;
    ({ value, view } = before);
  }
  return undefined;
}

function sumsAlong(node: Node, view: View, axis: string): boolean {
  if (node.int('reverse') === 1 || node.int('exclusive') === 1) return false;
  const along = constantScalar(node.input(1));
  const factors = along === undefined ? undefined : view.at(along);
  return factors?.length === 1 && factors[0]?.axis === axis;
}

/**
 * Log gates of a cache count as what they were when the graph returned them: it takes a past and returns the past with new
 * ones behind it, so if all new ones are proven not to be positive, all of the past is.
 */
function isNeverPositive(value: Value, view: View, axis: string): boolean {
  if (hasSign(value, 'non-positive')) return true;
  const node = value.producer;
  const along = node?.is('Concat') ? node.int('axis') : undefined;
  if (!node || along === undefined || view.at(along)?.[0]?.axis !== axis) return false;
  const [past, ...others] = node.inputs;
  return isOwnPast(past, value) && others.every((each) => each !== null && hasSign(each, 'non-positive'));
}
