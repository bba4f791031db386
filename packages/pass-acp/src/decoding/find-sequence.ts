import { findAttentionCores, findNorms, vectorNormBound } from '@sentei/anatomy';
import { type Graph, type Node, SenteiError, type TypeTable, type Value } from '@sentei/ir';
import type { DecayingAttention } from '../matching/decaying-attention.ts';
import { matchAttention } from '../matching/match-attention.ts';

/** Attention that can keep its past. */
export interface CachedAttention {
  readonly attention: DecayingAttention;
  /** Largest |scale| · length of any query, where one follows from the weights. */
  readonly queryBound: number | undefined;
}

/** What the positions of a model are. */
export interface Sequence {
  /** Symbol of how many there are. */
  readonly length: string;
  /** The input and its axis that tell how many are new. */
  readonly tokens: { readonly input: Value; readonly axis: number };
}

/** The error of a model that no decoder is made of. */
export function refusal(subject: string, message: string): SenteiError {
  return new SenteiError('unsupported-model', `no decoder: ${message}`, {
    subject,
    hint: 'a decoder is made of a causal model whose only tie between positions is attention',
  });
}

/** All attention of a graph, in graph order. @throws SenteiError `unsupported-model` for any that cannot keep its past */
export function findCachedAttention(graph: Graph, types: TypeTable): CachedAttention[] {
  const norms = new Map(findNorms(graph).map((norm) => [norm.output, norm]));
  const facts = { norms, shapeOf: (value: Value) => types.shapeOf(value) };
  return findAttentionCores(graph, types).map((core) => {
    const node = core.output.producer as Node;
    const refuse = (reason: string) => refusal(node.name, `${reason} (${node})`);
    if (node.graph !== graph) throw refuse('attention inside a graph of a node');
    const found = matchAttention(core, types, facts);
    if ('reason' in found) throw refuse(found.reason);
    if (found.decay.kind === 'relative')
      throw refuse('a bias by distance from a table: only gates and slopes are cached');
    if (found.decay.kind === 'slopes' && found.decay.counted !== undefined)
      throw refuse('distances that leave keys out are not cached');
    if (found.hasPast) throw refuse('the model takes a cache already');
    if (found.padding !== undefined) throw refuse('the model takes a padding mask');
    const { value, axes } = found.query;
    const axis = axes.indexOf('channel') - axes.length;
    const bound = axis === -1 || axis === -2 ? vectorNormBound(value, axis, facts) : undefined;
    return { attention: found, queryBound: bound && bound * Math.abs(found.scale) };
  });
}

/** @throws SenteiError `unsupported-model` where attention is not over one sequence of any length that an input has */
export function findSequence(graph: Graph, types: TypeTable, matched: readonly CachedAttention[]): Sequence {
  const extents = matched.map(({ attention: { query, core } }) => {
    const extent = types.shapeOf(query.value)?.[query.axes.indexOf('position')] ?? null;
    return { extent, node: core.output.producer as Node };
  });
  const [first] = extents;
  if (first === undefined) throw refusal('model', 'it has no attention that is causal and forgets');
  const { extent: length } = first;
  if (typeof length !== 'string')
    throw refusal(first.node.name, `the length of the sequence is fixed: ${length} (${first.node})`);
  const other = extents.find(({ extent }) => extent !== length);
  if (other)
    throw refusal(
      other.node.name,
      `attention over ${other.extent} positions besides ${length} (${other.node})`,
    );
  for (const input of graph.inputs) {
    const axis = input.shape?.indexOf(length) ?? -1;
    if (axis >= 0) return { length, tokens: { input, axis } };
  }
  throw refusal('inputs', `no input has the length of the sequence (${length})`);
}
