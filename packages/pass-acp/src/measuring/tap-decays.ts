import { findAttentionCores, findNorms } from '@sentei/anatomy';
import { GraphBuilder, inferTypes, type Model, removeUnread, tensorType, type Value } from '@sentei/ir';
import type { Decay, DecayingAttention } from '../matching/decaying-attention.ts';
import { matchAttention } from '../matching/match-attention.ts';
import { arrange, type Operand, type OperandAxis } from '../matching/operand.ts';

/** Outputs that tell how far back one attention looks. All grow with the sequence, and none with its square. */
export interface DecayTap {
  /** Which of the attentions of the model, in graph order. */
  readonly attention: number;
  readonly kind: Decay['kind'];
  readonly heads: number;
  /** Of gates: name of the log forget gates, float32 [batch, heads or a divisor of them, keys]. */
  readonly logGates?: string | undefined;
  /** Of slopes, one for each head. */
  readonly slopes?: readonly number[] | undefined;
  /** Of a relative bias: name of its table by distance, float32 [heads, keys]. */
  readonly table?: string | undefined;
  /** U, where the weights tell. */
  readonly scoreBound: number | undefined;
  /** Factor on query · key. */
  readonly scale: number;
  /** Names of ‖q‖² and ‖k‖², float32 [batch, heads or a divisor of them, positions]. */
  readonly squaredNorms: { readonly query: string; readonly key: string };
  /** Name of query · key of each position with itself, float32 [batch, heads, positions]; absent where keys are cached. */
  readonly own: string | undefined;
}

/** What was found in a model. */
export interface TappedDecays {
  readonly taps: readonly DecayTap[];
  /** Attention whose reach nothing tells. */
  readonly others: readonly { readonly attention: number; readonly reason: string }[];
}

/** Squares and sums with axes as inputs. */
const FIRST_OPSET = 13;

/**
 * Turns a model into one that tells how far back its attention looks: what decays and scores are bound by becomes its only
 * outputs, and whatever none of them needs is removed. It runs on any data that the model runs on.
 *
 * @param model is changed, unless nothing was found in it
 */
export function tapDecays(model: Model): TappedDecays {
  const { graph } = model;
  const types = inferTypes(model);
  const norms = new Map(findNorms(graph).map((norm) => [norm.output, norm]));
  const facts = { norms, shapeOf: (value: Value) => types.shapeOf(value) };
  const taps: DecayTap[] = [];
  const others: { attention: number; reason: string }[] = [];
  const outputs: Value[] = [];
  const b = new GraphBuilder(graph);
  for (const [attention, core] of findAttentionCores(graph, types).entries()) {
    const found = matchAttention(core, types, facts);
    const reason = 'reason' in found ? found.reason : unreadable(model, found);
    if (reason === undefined) taps.push(tap(b, attention, found as DecayingAttention, outputs));
    else others.push({ attention, reason });
  }
  if (taps.length > 0) {
    graph.setOutputs(outputs);
    for (const node of graph.nodesBackwards()) removeUnread(node);
  }
  return { taps, others };
}

function unreadable(model: Model, { core }: DecayingAttention): string | undefined {
  if (core.output.producer?.graph !== model.graph) return 'it lies inside a subgraph';
  return model.opset < FIRST_OPSET ? `opset ${model.opset}: opset ${FIRST_OPSET} is needed` : undefined;
}

function tap(b: GraphBuilder, attention: number, found: DecayingAttention, outputs: Value[]): DecayTap {
  const { decay, heads, scale, scoreBound, query, key } = found;
  const expose = (value: Value, rank: number) => {
    // A cast to its own type is a name of its own, for values that the model returns already.
    const output = b.op('Cast', [value], {
      attributes: { to: 1n },
      types: [tensorType('float32', Array(rank).fill(null))],
      name: `decay_${attention}`,
    });
    outputs.push(output);
    return output.name;
  };
  const rows = (operand: Operand) =>
    b.op('Cast', [arranged(b, operand, 'channel')], { attributes: { to: 1n } });
  const [queries, keys] = [rows(query), rows(key)];
  return {
    attention,
    kind: decay.kind,
    heads,
    scoreBound,
    scale,
    ...(decay.kind === 'gates' ? { logGates: expose(arranged(b, decay.logGates), 3) } : {}),
    ...(decay.kind === 'slopes' ? { slopes: decay.slopes } : {}),
    ...(decay.kind === 'relative' ? { table: expose(decay.table(b, positionsOf(b, key)), 2) } : {}),
    squaredNorms: {
      query: expose(sumProducts(b, queries, queries), 3),
      key: expose(sumProducts(b, keys, keys), 3),
    },
    own: found.hasPast ? undefined : expose(ownScores(b, queries, keys, found), 3),
  };
}

function sumProducts(b: GraphBuilder, left: Value, right: Value): Value {
  return b.op('ReduceSum', [b.op('Mul', [left, right]), b.int64([-1])], { attributes: { keepdims: 0n } });
}

/** query · key of each position with itself; the heads of queries that share one of keys lie next to each other. */
function ownScores(
  b: GraphBuilder,
  queries: Value,
  keys: Value,
  { heads, keyHeads, channels }: DecayingAttention,
): Value {
  if (keyHeads === heads) return sumProducts(b, queries, keys);
  const grouped = b.op('Reshape', [queries, b.int64([0, keyHeads, heads / keyHeads, -1, channels])]);
  const products = sumProducts(b, grouped, b.op('Unsqueeze', [keys, b.int64([2])]));
  return b.op('Reshape', [products, b.int64([0, heads, -1])]);
}

function arranged(b: GraphBuilder, operand: Operand, ...last: readonly OperandAxis[]): Value {
  return arrange(b, operand, ['batch', 'head', 'position', ...last]);
}

/** int64 [1] */
function positionsOf(b: GraphBuilder, operand: Operand): Value {
  const shape = b.op('Shape', [operand.value]);
  return b.op('Gather', [shape, b.int64([operand.axes.indexOf('position')])], { attributes: { axis: 0n } });
}
