import { Graph, GraphBuilder, Model, Tensor, tensorType, Value } from '@sentei/ir';

export const WIDTH = 4;

export interface TransformerOptions {
  readonly layers?: number;
  readonly norm?: 'pre' | 'post' | 'inside' | 'none';
  readonly layout?: 'sequential' | 'parallel-sum' | 'parallel-chain';
}

/** Weights [rows, columns] that depend on nothing but the sizes. */
export function weight(b: GraphBuilder, rows: number, columns: number): Value {
  const values = Array.from({ length: rows * columns }, (_, i) => Math.sin(i + 1) / 2);
  return b.constant(Tensor.floats(values, [rows, columns]));
}

/** A model with input x [batch, sequence, WIDTH] and one output y; no value but these has a type. */
export function modelOf(build: (b: GraphBuilder, x: Value) => Value): Model {
  const x = new Value('x', tensorType('float32', ['batch', 'sequence', WIDTH]));
  const graph = new Graph('main', [x]);
  const y = build(new GraphBuilder(graph), x);
  y.name = 'y';
  y.type = tensorType('float32', ['batch', 'sequence', WIDTH]);
  graph.setOutputs([y]);
  return new Model(graph, [
    ['', 18],
    ['com.microsoft', 1],
  ]);
}

export function layerNorm(b: GraphBuilder, x: Value): Value {
  return b.op('LayerNormalization', [x, b.float32([1, 1, 1, 1]), b.float32([0, 0, 0, 0])]);
}

/** One head of attention over the positions of x. */
export function attention(b: GraphBuilder, x: Value): Value {
  const project = () => b.op('MatMul', [x, weight(b, WIDTH, WIDTH)]);
  const key = b.op('Transpose', [project()], { attributes: { perm: [0n, 2n, 1n] } });
  const scores = b.op('Mul', [b.op('MatMul', [project(), key]), b.float32([0.5], [])]);
  const weights = b.op('Softmax', [scores], { attributes: { axis: -1n } });
  return b.op('MatMul', [b.op('MatMul', [weights, project()]), weight(b, WIDTH, WIDTH)]);
}

export function mlp(b: GraphBuilder, x: Value): Value {
  const hidden = b.op('Relu', [b.op('MatMul', [x, weight(b, WIDTH, 8)])]);
  return b.op('MatMul', [hidden, weight(b, 8, WIDTH)]);
}

/** Layers of attention and mlp between an embedding norm and an output projection. */
export function transformer(options: TransformerOptions = {}): Model {
  const { layers = 2, norm = 'pre', layout = 'sequential' } = options;
  return modelOf((b, x) => {
    let stream = norm === 'post' ? layerNorm(b, x) : b.op('Relu', [x]);
    const branch = (f: typeof mlp, from: Value) => {
      const result = f(b, norm === 'pre' ? layerNorm(b, from) : from);
      return norm === 'inside' ? layerNorm(b, result) : result;
    };
    const join = (left: Value, right: Value) => {
      const sum = b.op('Add', [left, right]);
      return norm === 'post' ? layerNorm(b, sum) : sum;
    };
    for (let layer = 0; layer < layers; layer++) {
      if (layout === 'sequential') {
        stream = join(stream, branch(attention, stream));
        stream = join(branch(mlp, stream), stream);
      } else if (layout === 'parallel-sum') {
        stream = join(stream, b.op('Add', [branch(attention, stream), branch(mlp, stream)]));
      } else {
        const [first, second] = [branch(attention, stream), branch(mlp, stream)];
        stream = join(b.op('Add', [stream, first]), second);
      }
    }
    return b.op('MatMul', [layerNorm(b, stream), weight(b, WIDTH, WIDTH)]);
  });
}

/** A pre-norm transformer as ONNX Runtime's fusions leave it: skip norms that return the sum as output 3. */
export function skipNormTransformer(layers: number, norm: 'pre' | 'post', opType: string): Model {
  return modelOf((b, x) => {
    const gain = b.float32([1, 1, 1, 1]);
    let sum = b.op('Relu', [x]);
    let normed = b.op('SimplifiedLayerNormalization', [sum, gain]);
    for (const f of Array.from({ length: layers }, () => [attention, mlp]).flat()) {
      const from = norm === 'pre' ? sum : normed;
      const inputs = [from, f(b, normed), gain];
      const outputs = b.ops(opType, inputs, norm === 'pre' ? 4 : 1, { domain: 'com.microsoft' });
      [normed, sum] = [outputs[0] ?? normed, outputs[3] ?? sum];
    }
    return b.op('MatMul', [normed, weight(b, WIDTH, WIDTH)]);
  });
}

/** A residual CNN: convolutions with batch norms, one projection shortcut, then blocks with the identity. */
export function residualCnn(blocks: number): Model {
  const x = new Value('x', tensorType('float32', ['batch', 2, 8, 8]));
  const graph = new Graph('main', [x]);
  const b = new GraphBuilder(graph);
  const convolve = (value: Value, channels: number, size: number) => {
    const kernel = Tensor.floats(new Float32Array(4 * channels * size * size).fill(0.1), [
      4,
      channels,
      size,
      size,
    ]);
    const pad = BigInt((size - 1) / 2);
    const result = b.op('Conv', [value, b.constant(kernel)], { attributes: { pads: [pad, pad, pad, pad] } });
    const ones = b.float32([1, 1, 1, 1]);
    return b.op('BatchNormalization', [result, ones, ones, ones, ones]);
  };
  const body = (value: Value, channels: number) =>
    convolve(b.op('Relu', [convolve(value, channels, 3)]), 4, 3);
  let stream = b.op('Relu', [b.op('Add', [body(x, 2), convolve(x, 2, 1)])]);
  for (let block = 0; block < blocks; block++) {
    stream = b.op('Relu', [b.op('Sum', [body(stream, 4), stream])]);
  }
  graph.setOutputs([stream]);
  stream.type = tensorType('float32', ['batch', 4, 8, 8]);
  return new Model(graph, [['', 13]]);
}
