import { type Dimension, isTensorType, type Node, type Shape, type Value } from '@sentei/ir';
import { broadcastView, type Factor, type View, type Viewed, viewOf } from './axis-view.ts';
import { always, type Cases, choice, inEachCase } from './cases.ts';
import { ScoreEvaluator, type ScoreFacts } from './evaluate-scores.ts';
import { linear, numberOf, scale, sum, term } from './linear.ts';
import { PRODUCT } from './positions.ts';

/** What the standard operator Attention computes, in the terms of attention that is written out. */
export interface OperatorReading {
  readonly query: Viewed;
  readonly key: Viewed;
  readonly value: Viewed;
  readonly output: View;
  readonly scores: View;
  readonly cases: Cases;
  readonly evaluator: ScoreEvaluator;
}

const HIDDEN = linear(Number.NEGATIVE_INFINITY);

/**
 * Reads a node of the standard operator Attention (opset 23 on): scale, mask or bias, and causality, with operands
 * [batch, heads, positions, channels] or [batch, positions, heads · channels]. Heads of keys may be fewer.
 */
export function readAttentionOperator(
  node: Node,
  facts: ScoreFacts,
): OperatorReading | { readonly reason: string } {
  const [q, k, v, mask] = [0, 1, 2, 3].map((index) => node.input(index));
  const shapes = [q, k, v].map((each) => each && facts.shapeOf(each));
  const heads = shapes.map((shape, index) =>
    headsOf(node, shape, index === 0 ? 'q_num_heads' : 'kv_num_heads'),
  );
  const [queryHeads, keyHeads, valueHeads] = heads;
  if (!q || !k || !v || !queryHeads || !keyHeads || keyHeads !== valueHeads || queryHeads % keyHeads !== 0)
    return { reason: 'numbers of heads are not known' };
  if (node.inputs.slice(4).some((input) => input !== null))
    return { reason: 'the Attention operator takes keys from a cache itself' };
  if ((node.float('softcap') ?? 0) !== 0) return { reason: 'scores are capped' };
  if (node.outputs.slice(1).some((output) => output.isUsed))
    return { reason: 'the Attention operator returns more than its output' };
  const [queryShape, keyShape, valueShape] = shapes as [Shape, Shape, Shape];
  const [queries, keys] = [positionsOf(queryShape), positionsOf(keyShape)];
  const scores = viewOf(['0', '1', 'q', 'k'], [queryShape[0] ?? null, queryHeads, queries, keys]);
  if (scores.some((factors) => factors.some(({ extent }) => extent === null)))
    return { reason: 'the extents of the scores are not known' };
  const channels = channelsOf(queryShape, queryHeads);
  const valueChannels = channelsOf(valueShape, keyHeads);
  const view = (shape: Shape, count: number, position: Factor, channel: Factor): View | undefined => {
    const head = count === 1 ? [] : [{ axis: count === queryHeads ? '1' : '1.0', extent: count }];
    const batch = scores[0] ?? [];
    const axes =
      shape.length === 4 ? [batch, head, [position], [channel]] : [batch, [position], [...head, channel]];
    return broadcastView(axes, shape);
  };
  const [query, key, value] = [
    view(queryShape, queryHeads, { axis: 'q', extent: queries }, { axis: 'd', extent: channels }),
    view(keyShape, keyHeads, { axis: 'k', extent: keys }, { axis: 'd', extent: channels }),
    view(valueShape, keyHeads, { axis: 'k', extent: keys }, { axis: 'c', extent: valueChannels }),
  ];
  const output = view(
    queryShape.length === 4
      ? [queryShape[0] ?? null, queryHeads, queries, valueChannels]
      : [queryShape[0] ?? null, queries, multiplied(queryHeads, valueChannels)],
    queryHeads,
    { axis: 'q', extent: queries },
    { axis: 'c', extent: valueChannels },
  );
  if (!query || !key || !value || !output || typeof channels !== 'number')
    return { reason: 'extents of queries, keys and values are not known to fit' };
  const evaluator = new ScoreEvaluator(facts, undefined, node);
  const added = readMask(mask, scores, evaluator, facts);
  const product = scale(term(PRODUCT), node.float('scale') ?? 1 / Math.sqrt(channels));
  const causal = node.int('is_causal') === 1 ? choice('diagonal:0', linear(0), HIDDEN) : always(linear(0));
  const cases =
    added &&
    product &&
    inEachCase([always(product), added, causal], ([a, b, c]) => a && b && c && sumOf(a, b, c));
  if (cases === undefined) return { reason: evaluator.failure ?? 'the mask is not understood' };
  return {
    query: { value: q, view: query },
    key: { value: k, view: key },
    value: { value: v, view: value },
    output,
    scores,
    cases,
    evaluator,
  };
}

function sumOf(...parts: readonly ReturnType<typeof linear>[]): ReturnType<typeof linear> | undefined {
  return parts.reduce<ReturnType<typeof linear> | undefined>(
    (total, each) => total && sum(total, each),
    linear(0),
  );
}

/** A mask of bools shows where it is true; one of numbers is added. */
function readMask(
  mask: Value | undefined,
  scores: View,
  evaluator: ScoreEvaluator,
  facts: ScoreFacts,
): Cases | undefined {
  if (mask === undefined) return always(linear(0));
  const shape = facts.shapeOf(mask);
  const view = shape && broadcastView(scores, shape, true);
  const cases = view && evaluator.evaluate(mask, view);
  const type = facts.typeOf(mask);
  if (cases === undefined || !isTensorType(type) || type.elementType !== 'bool') return cases;
  return inEachCase([cases], ([each]) => {
    const visible = each && numberOf(each);
    return visible === undefined ? undefined : visible === 0 ? HIDDEN : linear(0);
  });
}

function headsOf(node: Node, shape: Shape | undefined, attribute: string): number | undefined {
  const extent = shape?.length === 4 ? shape[1] : shape?.length === 3 ? node.int(attribute) : undefined;
  return typeof extent === 'number' ? extent : undefined;
}

function positionsOf(shape: Shape): Dimension {
  return shape.at(shape.length === 4 ? 2 : 1) ?? null;
}

function channelsOf(shape: Shape, heads: number): Dimension {
  const last = shape.at(-1) ?? null;
  return shape.length === 4 ? last : typeof last === 'number' ? last / heads : null;
}

function multiplied(heads: number, channels: Dimension): Dimension {
  return typeof channels === 'number' ? heads * channels : null;
}
