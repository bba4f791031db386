import type { ModelDescription } from '../../src/json/description.ts';

/** A byte-level language model of one residual branch. */
export function description(fields: Partial<ModelDescription> = {}): ModelDescription {
  return {
    nodes: 5,
    parameters: 4160,
    bytes: 16_640,
    irVersion: 8,
    opsets: { 'ai.onnx': 17 },
    inputs: [{ name: 'ids', type: 'int64', dims: ['batch', 'sequence'] }],
    outputs: [{ name: 'logits', type: 'float32', dims: ['batch', 'sequence', 256] }],
    operators: { MatMul: 2, Add: 1, Gather: 1, Identity: 1 },
    subgraphs: 0,
    functions: [],
    externalData: [],
    blocks: [
      {
        depth: 0,
        input: 'stream',
        output: 'sum',
        subBlocks: [{ kind: 'mlp', norm: 'none', merge: 'Add add', nodes: 3 }],
      },
    ],
    skippedMerges: [],
    attention: [],
    norms: {},
    ...fields,
  };
}
