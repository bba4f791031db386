import { type Graph, GraphBuilder, type Model, Node, Tensor, tensorType, Value } from '@sentei/ir';
import {
  type ForgettingOptions,
  forgettingModel,
} from '../../../anatomy/test/support/forgetting-attention.ts';

/** How exporters write a shift by one position. */
export type ShiftForm = 'none' | 'pad' | 'concat' | 'slice-pad' | 'computed-pads' | 'pad-slice';

export interface ByteModelOptions extends ForgettingOptions {
  readonly shift?: ShiftForm;
}

function numbers(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.sin(seed + 1.7 * index));
}

/** y[t] = x[t] + x[t − 1] / 2 over [batch, sequence, width]. */
function shifted(b: GraphBuilder, x: Value, form: ShiftForm): Value {
  const pad = (value: Value, before: number, after: number) =>
    b.op('Pad', [value, b.int64([before, after]), null, b.int64([1])]);
  const slice = (value: Value, start: number, end: number) =>
    b.op('Slice', [value, b.int64([start]), b.int64([end]), b.int64([1])]);
  const zeros = () =>
    b.op('Expand', [b.float32([0], []), b.op('Shape', [slice(x, 0, 1)], { attributes: { start: 0n } })]);
  const moved = {
    none: () => x,
    pad: () => pad(x, 1, -1),
    concat: () => b.op('Concat', [zeros(), slice(x, 0, -1)], { attributes: { axis: 1n } }),
    'slice-pad': () => pad(slice(x, 0, -1), 1, 0),
    'computed-pads': () => {
      const before = b.op('Concat', [b.int64([0, 1, 0]), b.int64([0, 0, 0])], { attributes: { axis: 0n } });
      return b.op('Pad', [slice(x, 0, -1), before]);
    },
    'pad-slice': () => slice(pad(x, 1, 0), 0, -1),
  }[form]();
  return form === 'none' ? x : b.op('Add', [x, b.op('Mul', [moved, b.float32([0.5], [])])]);
}

/** Puts what `build` makes of the first input, a new one, in front of a graph. */
function putBefore(graph: Graph, input: Value, build: (b: GraphBuilder) => Value): void {
  const [x] = graph.inputs;
  const [first] = graph.nodes();
  if (x === undefined || first === undefined) throw new Error('the graph is empty');
  const b = new GraphBuilder(graph, { before: first });
  const replacement = build(b);
  graph.inputs.splice(0, 1, input);
  for (const { node, index } of [...x.uses]) node.setInput(index, replacement);
}

/** A byte-level language model, `ids` int64 [batch, sequence] to `logits` [batch, sequence, 256], of one forgetting attention. */
export function byteModel({ shift = 'none', ...options }: ByteModelOptions = {}): Model {
  const width = (options.heads ?? 2) * (options.channels ?? 8);
  const model = forgettingModel(options);
  const { graph } = model;
  const ids = new Value('ids', tensorType('int64', ['batch', 'sequence']));
  putBefore(graph, ids, (b) => {
    const embedding = b.constant(Tensor.floats(numbers(256 * width, 1), [256, width]));
    return shifted(b, b.op('Gather', [embedding, ids]), shift);
  });
  const [y] = graph.outputs;
  const head = new GraphBuilder(graph).constant(Tensor.floats(numbers(width * 256, 5), [width, 256]));
  const logits = new Value('logits', tensorType('float32', ['batch', 'sequence', 256]));
  graph.append(new Node('MatMul', [y ?? null, head], [logits], { name: 'head' }));
  graph.setOutputs([logits]);
  return model;
}
