import { findAttentionCores, findNorms } from '@sentei/anatomy';
import {
  definePass,
  type Graph,
  GraphBuilder,
  inferTypes,
  type Model,
  type Node,
  type Proposal,
  removeUnread,
  type Value,
} from '@sentei/ir';
import { z } from 'zod';
import { lowerToBlocks } from './blocks/lower-blocks.ts';
import { type BlockPlan, type BlockSizes, planBlocks } from './blocks/plan-blocks.ts';
import { proposeFused } from './fused/propose-fused.ts';
import type { Decay, DecayingAttention } from './matching/decaying-attention.ts';
import { isLowered } from './matching/is-lowered.ts';
import { matchAttention } from './matching/match-attention.ts';
import { arrange } from './matching/operand.ts';
import { largestFall, staticWindows } from './threshold/static-window.ts';

const schema = z.strictObject({
  /** Largest share of a row's attention that may be left out. */
  epsilon: z.number().positive().max(0.5).default(4.5e-5),
  /** Most query rows computed together, in blocks. */
  block: z.int().min(16).max(4096).default(192),
  /** Keys are skipped in whole tiles of this many, in blocks. */
  tile: z.int().min(1).max(1024).default(32),
  /** Blocks are for sequences that are longer than this; others are computed densely. */
  whole: z.int().min(1).max(65_536).default(512),
  /** Where the model will run. */
  target: z.enum(['cpu', 'cuda']).default('cpu'),
  /** `blocks`: standard operators; `fused`: ONNX Runtime's fused attention; `auto`: what suits the target. */
  form: z.enum(['auto', 'blocks', 'fused']).default('auto'),
  /** Element type of the fused products; by default float16 for CUDA and float32 for the CPU. */
  precision: z.enum(['auto', 'float16', 'float32']).default('auto'),
  /** Lets fused attention leave out what a window does not cover; without, it computes all keys. */
  windows: z.boolean().default(true),
});

/** Options of `acp()`; the schema describes each. */
export type AcpOptions = z.input<typeof schema>;

/** What `acp()` does when it is not told otherwise. */
export const ACP_DEFAULTS = schema.parse({});

/** The rewrite needs Squeeze, Unsqueeze and ReduceSum with axes as inputs. */
const FIRST_OPSET = 13;

/**
 * Adaptive computation pruning: attention with forget gates, or with any bias that falls with the distance, that skips the
 * keys whose weight is proven to be negligible, for every input of any length. Bounded: the attention left out of a row sums
 * to less than `epsilon`.
 */
export const acp = definePass({
  id: 'acp',
  description: 'skip what forgetting attention has provably forgotten',
  guarantee: 'bounded',
  schema,
  async *propose(model, context, options) {
    if (formOf(options) === 'fused') {
      yield* proposeFused(model, context, { ...options, precision: precisionOf(options) });
      return;
    }
    const types = inferTypes(model);
    const norms = new Map(findNorms(model.graph).map((norm) => [norm.output, norm]));
    const facts = { norms, shapeOf: (value: Value) => types.shapeOf(value) };
    const unlowered = findAttentionCores(model.graph, types).filter((core) => !isLowered(core));
    const plans = new PlanCache(options);
    for (const [index, core] of unlowered.entries()) {
      const name = `attention ${index}`;
      const nodes = core.nodes.map(String);
      const found = matchAttention(core, types, facts);
      if ('reason' in found) yield { kind: 'refusal', name, nodes, reason: found.reason };
      else yield propose(model, found, name, nodes, options, plans);
    }
  },
});

function formOf({ form, target }: z.output<typeof schema>): 'blocks' | 'fused' {
  if (form !== 'auto') return form;
  return target === 'cuda' ? 'fused' : 'blocks';
}

function precisionOf({ precision, target }: z.output<typeof schema>): 'float16' | 'float32' {
  if (precision !== 'auto') return precision;
  return target === 'cuda' ? 'float16' : 'float32';
}

function propose(
  model: Model,
  attention: DecayingAttention,
  name: string,
  nodes: readonly string[],
  options: z.output<typeof schema>,
  plans: PlanCache,
): Proposal {
  const { scoreBound, decay } = attention;
  const refuse = (reason: string): Proposal => ({ kind: 'refusal', name, nodes, reason });
  const fall = decay.kind === 'gates' ? Number.POSITIVE_INFINITY : largestFall(decay);
  const needed = -Math.log(options.epsilon);
  if (fall < needed) {
    return refuse(
      `nothing to prune: the bias falls by at most ${fall.toFixed(1)}, and ${needed.toFixed(1)} is needed`,
    );
  }
  const scores = {
    ...(scoreBound !== undefined && { scoreBound }),
    logEpsilon: Math.log(options.epsilon),
    ...windowScores(decay, scoreBound, options.epsilon),
  };
  if (model.irVersion < 4)
    return refuse(`IR version ${model.irVersion}: every constant would have to be an input`);
  if (model.opset < FIRST_OPSET)
    return refuse(`opset ${model.opset}: the rewrite needs opset ${FIRST_OPSET} or later`);
  return {
    kind: 'patch',
    name,
    nodes,
    guarantee: 'bounded',
    scores,
    reason: `skips tiles that weigh less than ${options.epsilon} of every row, as the norms of queries and keys prove`,
    apply() {
      const product = attention.core.output.producer as Node;
      const graph = product.graph as Graph;
      const b = new GraphBuilder(graph, { before: product, constants: plans.constants });
      const plan = plans.planFor(b, attention);
      const output = lowerToBlocks(b, attention, plan, {
        tile: options.tile,
        epsilon: options.epsilon,
        opset: model.opset,
        block: options.block,
      });
      const replaced = attention.core.output;
      graph.replace(replaced, attention.finish(b, output));
      removeUnread(product);
    },
  };
}

/** Keys that each head reaches among so many, where that follows from the weights. */
const WINDOW_LENGTH = 16_384;

function windowScores(decay: Decay, scoreBound: number | undefined, epsilon: number): Record<string, number> {
  if (decay.kind === 'gates' || scoreBound === undefined) return {};
  const windows = staticWindows(decay, scoreBound, epsilon, WINDOW_LENGTH);
  return Object.fromEntries(windows.map((window, head) => [`windowOfHead${head}`, window]));
}

/** Block plans, one for all attention of a graph over the same length. */
class PlanCache {
  readonly constants = new Map<string, Value>();
  readonly #sizes: BlockSizes;
  readonly #plans = new Map<Graph, Map<Value, BlockPlan>>();

  constructor(sizes: BlockSizes) {
    this.#sizes = sizes;
  }

  planFor(b: GraphBuilder, { query, length, hasPast }: DecayingAttention): BlockPlan {
    // A length that the model has is that of the keys.
    if (length === undefined || hasPast) {
      const shape = b.op('Shape', [arrange(b, query, ['batch', 'head', 'position', 'channel'])]);
      return planBlocks(b, b.op('Gather', [shape, b.int64([2])], { attributes: { axis: 0n } }), this.#sizes);
    }
    const known = this.#plans.get(b.graph) ?? new Map<Value, BlockPlan>();
    this.#plans.set(b.graph, known);
    const plan = known.get(length) ?? this.#planAfter(b.graph, length);
    known.set(length, plan);
    return plan;
  }

  /** Emits a plan where its length is known, so that it is there for whoever comes after. */
  #planAfter(graph: Graph, length: Value): BlockPlan {
    const producer = length.producer?.graph === graph ? length.producer : undefined;
    const [first] = graph.nodes();
    const before = producer === undefined ? first : (producer.next ?? undefined);
    const b = new GraphBuilder(graph, { constants: this.constants, ...(before && { before }) });
    return planBlocks(b, b.op('Reshape', [length, b.int64([1])]), this.#sizes);
  }
}
