import type { Graph, Node, Value } from '@sentei/ir';
import { findAttentionCores } from './attention.ts';
import { findConstantValues } from './constant-values.ts';
import { findNorms } from './norm.ts';
import { findResiduals, type SkippedMerge, type SubBlock } from './residual.ts';

/** Consecutive sub-blocks of one residual stream that make up a layer. */
export interface Block {
  /** Place in its stream, from 0. */
  readonly depth: number;
  readonly subBlocks: readonly SubBlock[];
  readonly input: Value;
  readonly output: Value;
}

/** The residual blocks of a graph, and the sums that were not taken for any. */
export interface Anatomy {
  /** In graph order; those of a subgraph follow those of the graph around it. */
  readonly subBlocks: readonly SubBlock[];
  readonly blocks: readonly Block[];
  readonly skipped: readonly SkippedMerge[];
}

/**
 * Finds the residual sub-blocks and blocks of a graph and its subgraphs by structure: sums that join a value with a branch
 * computed from that same value. Linear in nodes, as each search stays between the value and the sum.
 *
 * A block is a run of sub-blocks that mix positions (attention, convolution, other) and the mlp that closes it, be they one
 * after another or parallel. Sub-blocks that form no such run, as in a residual CNN, are a block each.
 */
export function findBlocks(graph: Graph): Anatomy {
  const facts = {
    constants: findConstantValues(graph),
    norms: findNorms(graph),
    attention: attentionNodes(graph),
  };
  const parts = [...withSubgraphs(graph)].map((each) => findResiduals(each, facts));
  return {
    subBlocks: parts.flatMap((part) => part.subBlocks),
    blocks: parts.flatMap((part) => streamsOf(part.subBlocks).flatMap(groupStream)),
    skipped: parts.flatMap((part) => part.skipped),
  };
}

function attentionNodes(graph: Graph): Set<Node> {
  const nodes = new Set<Node>();
  for (const core of findAttentionCores(graph)) {
    for (const node of core.nodes) {
      for (let owner: Node | null = node; owner; owner = owner.graph?.owner ?? null) nodes.add(owner);
    }
  }
  return nodes;
}

function* withSubgraphs(graph: Graph): Generator<Graph> {
  yield graph;
  for (const node of graph.nodes()) for (const subgraph of node.subgraphs()) yield* withSubgraphs(subgraph);
}

/** Chains sub-blocks whose input is another one's output, or is one elementwise step behind it. */
function streamsOf(subBlocks: readonly SubBlock[]): SubBlock[][] {
  const streams: SubBlock[][] = [];
  const streamEndingIn = new Map<Value, SubBlock[]>();
  for (const subBlock of subBlocks) {
    const { input, output } = subBlock;
    const parallel = streamEndingIn.get(output);
    const key = [input, before(input)].find((value) => streamEndingIn.has(value)) ?? input;
    const stream = parallel?.at(-1)?.input === input ? parallel : (streamEndingIn.get(key) ?? []);
    if (stream.length === 0) streams.push(stream);
    stream.push(subBlock);
    // A stream goes on once: whatever else reads the same value begins another one.
    streamEndingIn.delete(key);
    streamEndingIn.set(output, stream);
  }
  return streams;
}

/** The stream ahead of an activation or cast, as residual CNNs put between blocks, or of the norm of a first block. */
function before(value: Value): Value {
  const node = value.producer;
  const [only, ...others] = node?.inputs.filter((input) => input && input.tensor === undefined) ?? [];
  return only && others.length === 0 ? only : value;
}

function groupStream(stream: readonly SubBlock[]): Block[] {
  const groups: SubBlock[][] = [];
  let open: SubBlock[] = [];
  const flush = (isWhole: boolean) => {
    groups.push(...(isWhole ? [open] : open.map((subBlock) => [subBlock])));
    open = [];
  };
  for (const subBlock of stream) {
    const repeats = open.at(-1)?.kind === subBlock.kind && subBlock.kind !== 'attention';
    if (repeats) flush(false);
    const mixes = open.some((each) => each.kind !== 'mlp');
    open.push(subBlock);
    const isSecondArm = open.at(-2)?.output === subBlock.output;
    const hasMlp = subBlock.kind === 'mlp' || (isSecondArm && open.at(-2)?.kind === 'mlp');
    if (hasMlp && (mixes || isSecondArm)) flush(true);
  }
  flush(false);
  return groups.map((subBlocks, depth) => {
    const [first] = subBlocks as [SubBlock];
    const last = subBlocks.at(-1) ?? first;
    return { depth, subBlocks, input: first.input, output: last.output };
  });
}
