import {
  type Anatomy,
  type AttentionCore,
  findAttentionCores,
  findBlocks,
  findNorms,
  matchBiasTerms,
  matchRunningSum,
  readScores,
  type ScoreStep,
} from '@sentei/anatomy';
import {
  countModel,
  inferTypes,
  isTensorType,
  type Model,
  type Node,
  type TypeTable,
  type Value,
  type ValueType,
} from '@sentei/ir';
import type {
  AttentionDescription,
  BlockDescription,
  ModelDescription,
  ValueDescription,
} from '@sentei/report';
import { externalLocations } from './file-facts.ts';

/** Describes a model without reading its weights. */
export function describeModel(model: Model): ModelDescription {
  const graphs = [...model.graphs()];
  const anatomy = findBlocks(model.graph);
  const norms = findNorms(model.graph);
  const types = inferTypes(model);
  return {
    ...countModel(model),
    irVersion: model.irVersion,
    opsets: Object.fromEntries([...model.opsetImports].map(([domain, v]) => [domain || 'ai.onnx', v])),
    // Before IR version 4 every initializer was listed among the inputs.
    inputs: model.graph.inputs.filter(({ tensor }) => tensor === undefined).map(describeValue),
    outputs: model.graph.outputs.map(describeValue),
    operators: countOperators(graphs.flatMap((graph) => [...graph.nodes()])),
    subgraphs: graphs.length - 1 - model.functions.length,
    functions: model.functions.map(({ domain, name }) => (domain === '' ? name : `${domain}:${name}`)),
    externalData: externalLocations(model),
    blocks: anatomy.blocks.map(describeBlock),
    skippedMerges: anatomy.skipped.map(({ node, reason }) => ({ node: String(node), reason })),
    attention: findAttentionCores(model.graph, types).map((core) => describeAttention(core, types)),
    norms: tally(norms.map(({ kind }) => kind)),
  };
}

function describeValue({ name, type }: Value): ValueDescription {
  return { name, type: typeName(type), dims: isTensorType(type) ? (type.shape ?? null) : null };
}

function typeName(type: ValueType | undefined): string {
  if (!isTensorType(type)) return type?.kind ?? 'unknown';
  return type.kind === 'tensor' ? type.elementType : `sparse ${type.elementType}`;
}

function describeBlock({ depth, input, output, subBlocks }: Anatomy['blocks'][number]): BlockDescription {
  return {
    depth,
    input: input.name,
    output: output.name,
    subBlocks: subBlocks.map(({ kind, norm, merge, nodes }) => ({
      kind,
      norm,
      merge: String(merge),
      nodes: nodes.length,
    })),
  };
}

function describeAttention(core: AttentionCore, types: TypeTable): AttentionDescription {
  const { softmax, nodes, steps } = core;
  const isGate = (step: ScoreStep) =>
    step.kind === 'bias' && matchBiasTerms(step.value, types)?.gate !== undefined;
  return {
    softmax: String(softmax),
    nodes: nodes.length,
    steps: steps.map((step) => (isGate(step) ? 'forget gate' : step.kind)),
    hasForgetGate: steps.some(isGate) || addsRunningSum(core, types),
  };
}

/** Whether a forget bias is in the scores in any other way than as a step of its own. */
function addsRunningSum(core: AttentionCore, types: TypeTable): boolean {
  const reading = readScores(core, types);
  if ('reason' in reading) return false;
  return reading.biases.some(({ leaf }) => matchRunningSum(leaf, 'k', types) !== undefined);
}

function countOperators(nodes: readonly Node[]): Record<string, number> {
  return tally(nodes.map((node) => (node.is(node.opType) ? node.opType : `${node.domain}:${node.opType}`)));
}

/** How often each word occurs, the most frequent first, equals in alphabetical order. */
function tally(words: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)));
}
