import { findAttentionCores, findNorms } from '@sentei/anatomy';
import {
  GraphBuilder,
  inferTypes,
  type Model,
  type Node,
  removeUnread,
  type Value,
  verify,
} from '@sentei/ir';
import type { DecayingAttention } from '../../src/matching/decaying-attention.ts';
import { matchAttention } from '../../src/matching/match-attention.ts';

/** Emits attention in another form: [batch, heads, queries, value channels]. */
export type Lowering = (b: GraphBuilder, attention: DecayingAttention, model: Model) => Value;

/** Puts the only attention of a model into another form, as `acp` does with what it proposes. */
export function lowerWith(model: Model, lower: Lowering): Model {
  const types = inferTypes(model);
  const norms = new Map(findNorms(model.graph).map((norm) => [norm.output, norm]));
  const [core] = findAttentionCores(model.graph, types);
  const found = core && matchAttention(core, types, { norms, shapeOf: (value) => types.shapeOf(value) });
  if (!found || 'reason' in found) throw new Error(found?.reason ?? 'there is no attention');
  const product = found.core.output.producer as Node;
  const b = new GraphBuilder(model.graph, { before: product });
  model.graph.replace(found.core.output, found.finish(b, lower(b, found, model)));
  removeUnread(product);
  const [problem] = verify(model);
  if (problem !== undefined) throw new Error(JSON.stringify(problem));
  return model;
}
