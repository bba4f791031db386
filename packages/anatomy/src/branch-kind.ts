import type { Node, Value } from '@sentei/ir';

/** What a residual branch does: mix positions by attention, map each position alone, convolve, or anything else. */
export type BranchKind = 'attention' | 'mlp' | 'convolution' | 'other';

const CONVOLUTIONS = new Set([
  'Conv',
  'ConvTranspose',
  'ConvInteger',
  'QLinearConv',
  'FusedConv',
  'NhwcConv',
  'NhwcFusedConv',
]);

const PRODUCTS = new Set([
  'MatMul',
  'Gemm',
  'Einsum',
  'MatMulInteger',
  'QLinearMatMul',
  'FusedMatMul',
  'TransposeMatMul',
  'FusedGemm',
  'MatMulIntegerToFloat',
  'DynamicQuantizeMatMul',
  'MatMulNBits',
  'QGemm',
  'GemmFloat8',
]);

/** Whole layers in one operator. */
const LAYERS = new Set(['LSTM', 'GRU', 'RNN', 'MoE', 'QMoE']);

const ATTENTIONS = new Set([
  'Attention',
  'QAttention',
  'MultiHeadAttention',
  'GroupQueryAttention',
  'PackedAttention',
  'PackedMultiHeadAttention',
  'DecoderMaskedSelfAttention',
  'DecoderMaskedMultiHeadAttention',
  'SparseAttention',
  'PagedAttention',
  'LongformerAttention',
]);

/** Facts about a model that tell what nodes do; collected once for all of its graphs. */
export interface BranchFacts {
  readonly constants: ReadonlySet<Value>;
  /** Nodes of the attention cores, and the nodes whose subgraphs hold some. */
  readonly attention: ReadonlySet<Node>;
}

/** Whether a node applies weights, itself or in its subgraphs: a branch without any is arithmetic, not a block. */
export function appliesWeights(node: Node, facts: BranchFacts): boolean {
  if (LAYERS.has(node.opType) || ATTENTIONS.has(node.opType)) return true;
  if (CONVOLUTIONS.has(node.opType) || PRODUCTS.has(node.opType)) {
    return node.inputs.some((input) => input !== null && facts.constants.has(input));
  }
  return inner(node).some((each) => appliesWeights(each, facts));
}

/** Classifies the nodes of a branch. */
export function branchKind(branch: readonly Node[], facts: BranchFacts): BranchKind {
  const nodes = branch.flatMap((node) => [node, ...inner(node)]);
  const mixing = nodes.filter((node) => PRODUCTS.has(node.opType) && !readsConstant(node, facts));
  // Cores that are written in a form nobody knows still take a softmax between two products of computed values.
  const unknownCore = mixing.length > 1 && nodes.some((node) => node.opType === 'Softmax');
  if (unknownCore || nodes.some((node) => facts.attention.has(node) || ATTENTIONS.has(node.opType)))
    return 'attention';
  if (nodes.some((node) => CONVOLUTIONS.has(node.opType))) return 'convolution';
  const maps = nodes.some((node) => PRODUCTS.has(node.opType) && readsConstant(node, facts));
  const recurs = nodes.some((node) => LAYERS.has(node.opType) && !node.opType.endsWith('MoE'));
  return (maps || nodes.some((node) => node.opType.endsWith('MoE'))) && mixing.length === 0 && !recurs
    ? 'mlp'
    : 'other';
}

function readsConstant(node: Node, facts: BranchFacts): boolean {
  return node.inputs.some((input) => input !== null && facts.constants.has(input));
}

function inner(node: Node): Node[] {
  return [...node.subgraphs()].flatMap((graph) => [...graph.allNodes()]);
}
