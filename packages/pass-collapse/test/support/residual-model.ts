import { Graph, GraphBuilder, Model, Tensor, tensorType, Value } from '@sentei/ir';

export const WIDTH = 4;

/** What the sub-blocks of a stream do, in order; `mlp` after `attention` closes a block. */
export type Branch = 'attention' | 'mlp';

export interface ResidualOptions {
  readonly norm?: 'pre' | 'post';
  /** Sums and norms in one operator, as ONNX Runtime fuses them. */
  readonly fused?: boolean;
  /** x + (f(x) + g(x)) in place of one after the other. */
  readonly parallel?: boolean;
}

/**
 * A stream of residual branches over x [batch, sequence, WIDTH]. Branch number i has weights of its own, filled with
 * i + 1, so that what is left of a pruned model can be told from its initializers.
 */
export function residualModel(branches: readonly Branch[], options: ResidualOptions = {}): Model {
  const { norm = 'pre', fused = false, parallel = false } = options;
  const type = tensorType('float32', ['batch', 'sequence', WIDTH]);
  const x = new Value('x', type);
  const graph = new Graph('main', [x]);
  const b = new GraphBuilder(graph);
  const gain = b.float32([1, 2, 3, 4]);
  const layerNorm = (value: Value) => b.op('LayerNormalization', [value, gain]);
  const build = (branch: Branch, index: number, from: Value): Value => {
    const weights = graph.addInitializer(
      graph.newValue(`weights_${index}`),
      Tensor.floats(new Float32Array(WIDTH * WIDTH).fill(index + 1), [WIDTH, WIDTH]),
    );
    if (branch === 'mlp') return b.op('Relu', [b.op('MatMul', [from, weights])]);
    const projected = b.op('MatMul', [from, weights]);
    const key = b.op('Transpose', [projected], { attributes: { perm: [0n, 2n, 1n] } });
    const scores = b.op('Softmax', [b.op('MatMul', [projected, key])], { attributes: { axis: -1n } });
    return b.op('MatMul', [scores, projected]);
  };

  let stream = norm === 'post' ? layerNorm(x) : b.op('Tanh', [x]);
  let normed = norm === 'pre' ? layerNorm(stream) : stream;
  for (let index = 0; index < branches.length; index++) {
    let added = build(branches[index] ?? 'mlp', index, normed);
    if (parallel) {
      index++;
      added = b.op('Add', [added, build(branches[index] ?? 'mlp', index, normed)]);
    }
    if (fused) {
      const fields = { domain: 'com.microsoft', name: `skip_${index}` };
      const outputs = b.ops('SkipLayerNormalization', [stream, added, gain], norm === 'pre' ? 4 : 1, fields);
      normed = outputs[0] ?? normed;
      stream = outputs[3] ?? normed;
    } else {
      stream = b.op('Add', [stream, added], { name: `sum_${index}` });
      if (norm === 'post') stream = layerNorm(stream);
      normed = norm === 'pre' ? layerNorm(stream) : stream;
    }
  }
  const y = norm === 'pre' ? normed : b.op('Neg', [stream]);
  y.name = 'y';
  y.type = type;
  graph.setOutputs([y]);
  return new Model(graph, [
    ['', 17],
    ['com.microsoft', 1],
  ]);
}

/** The numbers of the branches that are left. */
export function branchesLeft(model: Model): number[] {
  const names = [...model.graph.initializers].map((value) => /^weights_(\d+)$/.exec(value.name)?.[1]);
  return names.filter((index) => index !== undefined).map(Number);
}

/** Every node as `output = Operator(inputs)`. */
export function dump(model: Model): string[] {
  return [...model.graph.nodes()].map(
    (node) =>
      `${node.outputs.map((output) => output.name)} = ${node.opType}(${node.inputs.map((input) => input?.name ?? '')})`,
  );
}
