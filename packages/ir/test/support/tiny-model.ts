import type { ModelProto, TensorProto, ValueInfoProto } from '../../src/codec/messages.ts';
import { encodeModel } from '../../src/codec/wire.ts';
import { Graph, Model, Node, Tensor, tensorType, Value } from '../../src/index.ts';

export function floatInfo(name: string, dims: readonly (number | string)[] = [2]): ValueInfoProto {
  const dim = dims.map((d) => (typeof d === 'number' ? { dimValue: d } : { dimParam: d }));
  return { name, type: { tensorType: { elemType: 1, shape: { dim } } } };
}

export function floatTensor(name: string, values: readonly number[]): TensorProto {
  return {
    name,
    dims: [values.length],
    dataType: 1,
    rawData: new Uint8Array(Float32Array.from(values).buffer),
  };
}

/** `y = x + w`, as a message; `fields` replace those of the model, `graph` those of the graph. */
export function tinyMessage(fields: ModelProto = {}, graph: ModelProto['graph'] = {}): ModelProto {
  return {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    ...fields,
    graph: {
      name: 'tiny',
      node: [{ input: ['x', 'w'], output: ['y'], name: 'add', opType: 'Add' }],
      initializer: [floatTensor('w', [1, 2])],
      input: [floatInfo('x')],
      output: [floatInfo('y')],
      ...graph,
    },
  };
}

export function tinyBytes(fields: ModelProto = {}, graph: ModelProto['graph'] = {}): Uint8Array {
  return encodeModel(tinyMessage(fields, graph));
}

export interface TinyModel {
  readonly model: Model;
  readonly graph: Graph;
  readonly x: Value;
  readonly w: Value;
  readonly sum: Value;
  readonly y: Value;
  readonly add: Node;
  readonly relu: Node;
}

/** `y = Relu(x + w)`, made with the public classes. */
export function tinyModel(): TinyModel {
  const type = tensorType('float32', [2]);
  const x = new Value('x', type);
  const w = new Value('w', type);
  const sum = new Value('sum', type);
  const y = new Value('y', type);
  const graph = new Graph('tiny', [x]);
  graph.addInitializer(w, Tensor.floats([1, 2]));
  const add = graph.append(new Node('Add', [x, w], [sum], { name: 'add' }));
  const relu = graph.append(new Node('Relu', [sum], [y], { name: 'relu' }));
  graph.setOutputs([y]);
  return { model: new Model(graph, [['', 17]]), graph, x, w, sum, y, add, relu };
}

export function concat(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
