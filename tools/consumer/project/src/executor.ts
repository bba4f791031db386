import { type Executor, type Model, SenteiError, Tensor } from '@sentei/ir';

/**
 * An executor of another repository, which knows four operators on float32 scalars: enough to show that passes and laws
 * work with an engine that is not ONNX Runtime.
 */
export const scalarExecutor: Executor = {
  async run(model: Model, feeds) {
    const numbers = new Map([...feeds].map(([name, tensor]) => [name, tensor.numbers()[0] ?? 0]));
    for (const { name, tensor } of model.graph.initializers) numbers.set(name, tensor?.numbers()[0] ?? 0);
    for (const node of model.graph.nodes()) {
      const [a = 0, b = 0] = node.inputs.map((value) => numbers.get(value?.name ?? '') ?? 0);
      const computed = { Add: a + b, Mul: a * b, Neg: -a, Identity: a }[node.opType];
      if (computed === undefined) throw new SenteiError('unsupported-model', `no ${node.opType} here`);
      for (const { name } of node.outputs) numbers.set(name, computed);
    }
    return new Map(
      model.graph.outputs.map(({ name }) => [name, Tensor.floats([numbers.get(name) ?? 0], [])]),
    );
  },
};
