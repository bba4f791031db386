import type { Graph, GraphBuilder, TypeTable, Value } from '@sentei/ir';
import type { DecayingAttention } from '../matching/decaying-attention.ts';
import { type FusedPlan, planFused } from './fused-plan.ts';

/** Plans of fused attention, one for all attention of a graph over the same batch and length. */
export class FusedPlans {
  readonly constants = new Map<string, Value>();
  readonly #longestShort: number;
  readonly #types: TypeTable;
  readonly #plans = new Map<Graph, Map<string, FusedPlan>>();

  constructor(longestShort: number, types: TypeTable) {
    this.#longestShort = longestShort;
    this.#types = types;
  }

  /** A plan that was emitted before, or one before the nodes of `b`. Attention has to come in the order of the graph. */
  planFor(b: GraphBuilder, { query, decay }: DecayingAttention): FusedPlan {
    // Queries are behind a Transpose that nothing else may need.
    const { value, axes: order } = decay.kind === 'gates' ? decay.logGates : query;
    const axes = { batch: order.indexOf('batch'), position: order.indexOf('position') };
    const shape = this.#types.shapeOf(value);
    const [batch, length] = [shape?.[axes.batch], shape?.[axes.position]];
    const emit = () => planFused(b, value, axes, this.#longestShort);
    // Extents that are not known may differ from one attention to the next.
    if (batch === undefined || batch === null || length === undefined || length === null) return emit();
    const known = this.#plans.get(b.graph) ?? new Map<string, FusedPlan>();
    this.#plans.set(b.graph, known);
    const key = `${batch} × ${length}`;
    const plan = known.get(key) ?? emit();
    known.set(key, plan);
    return plan;
  }
}
