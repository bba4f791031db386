import { findAttentionCores, findNorms, type Norm } from '@sentei/anatomy';
import {
  type Graph,
  GraphBuilder,
  inferTypes,
  type Model,
  type Node,
  type Proposal,
  type Proposals,
  type RunContext,
  removeUnread,
  type Value,
} from '@sentei/ir';
import type { DecayingAttention } from '../matching/decaying-attention.ts';
import { isLowered } from '../matching/is-lowered.ts';
import { matchAttention } from '../matching/match-attention.ts';
import type { ProductPrecision } from './bias-columns.ts';
import { FusedPlans } from './fused-plans.ts';
import { measuredGateLevels, staticGateLevel } from './gate-level.ts';
import { lowerToFused, refuseFused } from './lower-fused.ts';
import { planWindows, type WindowPlan } from './plan-windows.ts';

export interface FusedProposalOptions {
  readonly epsilon: number;
  readonly target: 'cpu' | 'cuda';
  readonly precision: ProductPrecision;
  readonly windows: boolean;
  /** Up to this length attention stays written out in standard operators. */
  readonly longestShort?: number;
}

/** `GroupQueryAttention` came with the domain's only version. */
const DOMAIN = 'com.microsoft';

/** The rewrite needs Squeeze, Unsqueeze and ReduceSum with axes as inputs. */
const FIRST_OPSET = 13;

/** Up to this length the form with the fewest nodes is the fastest on an H100 (docs/measurements/acp-cuda.md). */
const LONGEST_SHORT = 1536;

/** Proposes the fused form of every attention that decays. */
export async function* proposeFused(
  model: Model,
  context: RunContext,
  options: FusedProposalOptions,
): Proposals {
  const types = inferTypes(model);
  const norms = new Map(findNorms(model.graph).map((norm) => [norm.output, norm]));
  const facts = { norms, shapeOf: (value: Value) => types.shapeOf(value) };
  const unlowered = findAttentionCores(model.graph, types).filter((core) => !isLowered(core));
  const found = unlowered.map((core, index) => ({
    name: `attention ${index}`,
    nodes: core.nodes.map(String),
    match: matchAttention(core, types, facts),
  }));
  const attentions = found.flatMap(({ match }) => ('reason' in match ? [] : [match]));
  const usesWindows = options.windows && options.target === 'cuda';
  const measured = usesWindows ? await measuredGateLevels(model, attentions, context) : [];
  const plans = new FusedPlans(options.longestShort ?? LONGEST_SHORT, types);
  for (const { name, nodes, match } of found) {
    if ('reason' in match) {
      yield { kind: 'refusal', name, nodes, reason: match.reason };
      continue;
    }
    const reason = refuseModel(model, options) ?? refuseFused(match, options.precision);
    if (reason !== undefined) {
      yield { kind: 'refusal', name, nodes, reason };
      continue;
    }
    const level = measured[attentions.indexOf(match)] ?? staticGateLevel(match);
    const windows =
      usesWindows && level !== undefined ? planWindows(level, match.scoreBound, options.epsilon) : undefined;
    yield patch(
      model,
      match,
      { name, nodes, windows, plans, norms: options.target === 'cuda' ? norms : undefined },
      options,
    );
  }
}

function refuseModel(model: Model, { target, precision }: FusedProposalOptions): string | undefined {
  if (target === 'cuda' && precision === 'float32')
    return 'fused attention in float32: the kernels for CUDA take 16-bit numbers';
  if (model.irVersion < 4) return `IR version ${model.irVersion}: every constant would have to be an input`;
  if (model.opset < FIRST_OPSET)
    return `opset ${model.opset}: the rewrite needs opset ${FIRST_OPSET} or later`;
  return undefined;
}

function patch(
  model: Model,
  attention: DecayingAttention,
  proposal: {
    readonly name: string;
    readonly nodes: readonly string[];
    readonly windows: WindowPlan | undefined;
    readonly plans: FusedPlans;
    readonly norms: ReadonlyMap<Value, Norm> | undefined;
  },
  { epsilon, precision }: FusedProposalOptions,
): Proposal {
  const { name, nodes, windows, plans, norms } = proposal;
  const { scoreBound } = attention;
  return {
    kind: 'patch',
    name,
    nodes,
    guarantee: 'bounded',
    scores: { ...(scoreBound !== undefined && { scoreBound }), logEpsilon: Math.log(epsilon) },
    reason: `on fused attention in ${precision}, ${describe(windows)}`,
    apply() {
      const product = attention.core.output.producer as Node;
      const graph = product.graph as Graph;
      const b = new GraphBuilder(graph, { before: product, constants: plans.constants });
      const plan = plans.planFor(b, attention);
      if (!model.opsetImports.has(DOMAIN)) model.opsetImports.set(DOMAIN, 1);
      const rows = lowerToFused(b, attention, plan, {
        precision,
        epsilon,
        windows,
        opset: model.opset,
        norms,
      });
      replaceOutput(b, attention, rows);
      removeUnread(product);
    },
  };
}

/** Puts [batch, L, heads, channels] in place of an output with heads first, without transposing back and forth. */
function replaceOutput(b: GraphBuilder, attention: DecayingAttention, rows: Value): void {
  const { output } = attention.core;
  const heads = b.op('Transpose', [rows], { attributes: { perm: [0n, 2n, 1n, 3n] } });
  const finished = attention.finish(b, heads);
  b.graph.replace(output, finished);
  if (finished !== heads) return;
  for (const { node } of [...heads.uses]) {
    const back =
      node.is('Transpose') && node.ints('perm')?.join() === '0,2,1,3' ? node.outputs[0] : undefined;
    if (back === undefined || back === null || node.graph === null) continue;
    node.graph.replace(back, rows);
    removeUnread(node);
  }
  if (heads.producer) removeUnread(heads.producer);
}

function describe(windows: WindowPlan | undefined): string {
  const first = windows?.choices[0];
  if (windows === undefined || first === undefined) return 'without windows';
  const groups = first.map(({ heads, window }) => {
    const what = heads.length === 1 ? `head ${heads[0]}` : `heads ${heads.join(' ')}`;
    return Number.isFinite(window) ? `${what} in a window of ${window}` : `${what} in full`;
  });
  return `from ${windows.from} tokens on first tried with ${groups.join(', ')}`;
}
