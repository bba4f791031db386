import { type Dimension, type Node, type Shape, subtractDimensions, type Value } from '@sentei/ir';
import type { AttentionCore } from '../attention.ts';
import { extentOf, peel, regroup, runsAlong, sameView, type View, type Viewed, viewOf } from './axis-view.ts';
import { type Cases, caseOf } from './cases.ts';
import { ScoreEvaluator, type ScoreFacts } from './evaluate-scores.ts';
import type { Linear } from './linear.ts';
import { COLUMN, PRODUCT, ROW } from './positions.ts';
import { operandViews, summedExtent, valueView, weightedView } from './product-views.ts';
import { type OperatorReading, readAttentionOperator } from './read-attention-operator.ts';

/** A mask of keys: those it lets through are where the leaf is not zero, or where it is zero. */
export interface KeyMask extends Viewed {
  readonly visibleWhenZero: boolean;
}

/**
 * Attention whose scores are scale · query · key + Σ coefficient · bias, where the key is at or before the query and no mask
 * of keys hides it. The axes of all views are named after those of the scores, see `Factor`; `d` are the channels of queries
 * and keys, `c` those of values.
 */
export interface ScoreReading {
  readonly query: Viewed;
  readonly key: Viewed;
  readonly value: Viewed;
  /** What the output of the attention runs along. */
  readonly output: View;
  /** [leading axes …, queries, keys] */
  readonly scores: View;
  readonly scale: number;
  /** What is added to the scores of visible keys. */
  readonly biases: readonly { readonly leaf: Viewed; readonly coefficient: number }[];
  /** What is added from each key to the next, the same for all heads; what depends on the query alone counts as nothing. */
  readonly slope: number;
  readonly isCausal: boolean;
  readonly keyMasks: readonly KeyMask[];
  /** The largest number that takes the place of hidden scores, and that is added to them; −∞ where there is none. */
  readonly replacing: number;
  readonly added: number;
  /** Number of keys less number of queries. */
  readonly pastLength: Dimension;
  /** Scalar numbers of keys that the model computes on the way. */
  readonly lengths: readonly Value[];
}

/** Reads what an attention computes out of its graph, or says why that is no such attention. */
export function readScores(
  core: AttentionCore,
  facts: ScoreFacts,
): ScoreReading | { readonly reason: string } {
  const read = core.product.is('Attention')
    ? readAttentionOperator(core.product, facts)
    : readWritten(core, facts);
  if ('reason' in read) return read;
  const { query, key, value, output, cases, evaluator, scores: view } = read;
  const [queries, keys] = ['q', 'k'].map((axis) => extentAlong(view, axis)) as [Dimension, Dimension];
  if (!runsAlong(view, 'q') || !runsAlong(view, 'k'))
    return { reason: 'attention over a single query or key' };
  const pastLength = subtractDimensions(keys, queries);
  const masks = readMasks(cases, pastLength, evaluator);
  if ('reason' in masks) return masks;
  const { terms } = masks.visible;
  const scale = terms.get(PRODUCT);
  if (scale === undefined) return { reason: 'the scores do not depend on queries and keys' };
  const biases = [...terms].flatMap(([name, coefficient]) => {
    const leaf = evaluator.leafOf(name);
    return leaf === undefined ? [] : [{ leaf, coefficient }];
  });
  const positions = [ROW, COLUMN].filter((name) => terms.has(name)).length;
  if (biases.length + positions + 1 !== terms.size)
    return { reason: 'something unknown is added to the scores' };
  return {
    query,
    key,
    value,
    output,
    scores: view,
    scale,
    biases,
    slope: terms.get(COLUMN) ?? 0,
    isCausal: masks.isCausal,
    keyMasks: masks.keyMasks,
    replacing: masks.replacing,
    added: masks.added,
    pastLength,
    lengths: [...evaluator.lengths],
  };
}

/** Attention that is written out in products and a softmax. */
function readWritten(core: AttentionCore, facts: ScoreFacts): OperatorReading | { readonly reason: string } {
  const scores = core.softmax.input(0);
  const product = core.product.output(0);
  const shape = scores && shapeOfScores(scores, product, facts);
  if (
    scores === undefined ||
    product === undefined ||
    shape === undefined ||
    shape.length < 3 ||
    shape.length > 4
  ) {
    return { reason: `scores of rank ${shape?.length ?? '?'} instead of [batch, heads, queries, keys]` };
  }
  if (shape.includes(null))
    return { reason: `the extents of the scores are not known (${shape.map((e) => e ?? '?').join(', ')})` };
  const names = shape.length === 4 ? ['0', '1', 'q', 'k'] : ['0', 'q', 'k'];
  const view = viewOf(names, shape);
  const keys = shape.at(-1) ?? null;
  const evaluator = new ScoreEvaluator(facts, product, core.softmax);
  const cases = evaluator.evaluate(scores, view);
  const productView = evaluator.productView;
  if (cases === undefined || productView === undefined)
    return { reason: evaluator.failure ?? 'the scores are not computed from queries and keys' };
  const operands = operandViews(
    core.product,
    productView,
    { axis: 'd', extent: summedExtent(core.product, facts) },
    facts,
  );
  const after = readWeights(core, view, keys, facts);
  if (operands === undefined || after === undefined)
    return { reason: 'extents of queries, keys and values are not known to fit' };
  const isSwapped = !runsAlong(operands.left.view, 'q');
  const [query, key] = isSwapped ? [operands.right, operands.left] : [operands.left, operands.right];
  return { query, key, ...after, scores: view, cases, evaluator };
}

/**
 * Where the extent of an axis of the scores is that of the product or 1, it is that of the product: for all that is said
 * here of the scores, the operands that are broadcast to them have to be known to fit it.
 */
function shapeOfScores(scores: Value, product: Value | undefined, facts: ScoreFacts): Shape | undefined {
  const [shape, own] = [facts.shapeOf(scores), product && facts.shapeOf(product)];
  if (shape === undefined || own === undefined || shape.length !== own.length) return shape;
  return shape.map((extent, axis) =>
    typeof extent === 'number' || typeof own[axis] !== 'string' ? extent : own[axis],
  );
}

/** From the weights to what the output runs along. */
function readWeights(
  core: AttentionCore,
  scores: View,
  keys: Dimension,
  facts: ScoreFacts,
): { value: Viewed; output: View } | undefined {
  const product = core.output.producer as Node;
  const channels = channelExtent(product, facts);
  let view: View | undefined = scores;
  for (const node of core.between) {
    if (!node.is('Reshape', 'Unsqueeze', 'Squeeze', 'Transpose', 'Flatten')) continue;
    view = view && forward(node, view, facts);
  }
  const output = view && weightedView(product, view, { axis: 'c', extent: channels });
  const value = output && view && valueView(product, output, view, { axis: 'k', extent: keys }, facts);
  return output && value && { value, output };
}

function channelExtent(product: Node, facts: ScoreFacts): Dimension {
  const output = product.output(0);
  const shape = output && facts.shapeOf(output);
  if (!product.is('Einsum')) return shape?.at(-1) ?? null;
  const [, a = '', c = ''] =
    /^(\w+),\w+->(\w+)$/.exec((product.string('equation') ?? '').replaceAll(' ', '')) ?? [];
  return shape?.[[...c].findIndex((letter) => !a.includes(letter))] ?? null;
}

/** What the output of a view operator runs along. */
function forward(node: Node, view: View, facts: ScoreFacts): View | undefined {
  const output = node.output(0);
  const shape = output && facts.shapeOf(output);
  if (shape === undefined) return undefined;
  if (!node.is('Transpose')) return regroup(view, shape);
  const permutation = node.ints('perm');
  const moved = permutation?.map((from) => view[from] ?? []);
  // Told apart from a step back by going through it in the other direction.
  return moved && sameView(peel(node, moved, facts)?.view ?? [], view) ? moved : undefined;
}

interface Masks {
  readonly visible: Linear;
  readonly isCausal: boolean;
  readonly keyMasks: readonly KeyMask[];
  readonly replacing: number;
  readonly added: number;
}

/** Tells visible from hidden by what the cases come to: a case is hidden if a negative number is in it. */
function readMasks(
  cases: Cases,
  pastLength: Dimension,
  evaluator: ScoreEvaluator,
): Masks | { reason: string } {
  const { conditions } = cases;
  const diagonal = `diagonal:${pastLength}`;
  for (const condition of conditions) {
    if (condition === diagonal) continue;
    const leaf = evaluator.leafOf(condition);
    if (leaf === undefined)
      return { reason: `a mask is not the causal one (${condition} of keys ${pastLength} longer)` };
    if (runsAlong(leaf.view, 'q'))
      return { reason: `a mask differs by query: ${leaf.value.producer ?? leaf.value}` };
    const others = leaf.view.flat().filter(({ axis }) => axis !== 'k' && !axis.startsWith('0'));
    if (others.length > 0) return { reason: `a mask differs by head: ${leaf.value.producer ?? leaf.value}` };
  }
  const subsets = Array.from(
    { length: 2 ** conditions.length },
    (_, bits) => new Set(conditions.filter((_, bit) => (bits >> bit) & 1)),
  );
  const isHidden = ({ constant }: Linear) => constant < 0;
  const visible = subsets.filter((holding) => !isHidden(caseOf(cases, holding)));
  const [first, ...others] = visible;
  if (first === undefined || others.length > 0) {
    return {
      reason: first === undefined ? 'every key is masked' : 'masks do not each hide keys on their own',
    };
  }
  const seen = caseOf(cases, first);
  if (seen.constant !== 0 || seen.symbolic !== 0)
    return { reason: `${seen.constant} is added to the scores` };
  const isCausal = conditions.includes(diagonal);
  if (isCausal && !first.has(diagonal)) return { reason: 'a mask hides the past' };
  let [replacing, added] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const holding of subsets) {
    if (holding === first) continue;
    const { constant, terms } = caseOf(cases, holding);
    if (Number.isNaN(constant)) return { reason: 'a mask makes scores that are not a number' };
    if (terms.size === 0) replacing = Math.max(replacing, constant);
    else added = Math.max(added, constant);
  }
  const keyMasks = conditions.flatMap((condition) => {
    const leaf = evaluator.leafOf(condition);
    return leaf === undefined ? [] : [{ ...leaf, visibleWhenZero: !first.has(condition) }];
  });
  return { visible: seen, isCausal, keyMasks, replacing, added };
}

export function extentAlong(view: View, axis: string): Dimension {
  return extentOf(view.flat().filter((factor) => factor.axis === axis));
}
