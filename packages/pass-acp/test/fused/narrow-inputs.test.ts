import { findNorms } from '@sentei/anatomy';
import { Graph, GraphBuilder, Model, Tensor, tensorType, Value, verify } from '@sentei/ir';
import { expect, test } from 'vitest';
import { rmsNorm } from '../../../anatomy/test/support/forgetting-attention.ts';
import { NarrowInputs } from '../../src/fused/narrow-inputs.ts';
import { runModel } from '../support/run-model.ts';

const [ROWS, WIDTH] = [5, 8];

type Build = (b: GraphBuilder, x: Value) => Value;

/** A model whose output is how far a value is from the same in float16, and the operators that made the latter, the last first. */
function compared(build: Build, others: (b: GraphBuilder, y: Value) => Value[] = () => []) {
  const x = new Value('x', tensorType('float32', ['rows', WIDTH]));
  const graph = new Graph('main', [x]);
  const b = new GraphBuilder(graph);
  const wide = build(b, x);
  const kept = others(b, wide);
  const norms = new Map(findNorms(graph).map((norm) => [norm.output, norm]));
  const narrow = new NarrowInputs(b, [wide], norms).narrow(wide);
  const difference = b.op('Sub', [b.op('Cast', [narrow], { attributes: { to: 1n } }), wide]);
  for (const output of [difference, ...kept]) output.type = tensorType('float32');
  graph.setOutputs([difference, ...kept]);
  const model = new Model(graph, [['', 18]], 10);
  expect(verify(model)).toEqual([]);
  return { model, path: pathTo(narrow) };
}

function pathTo(value: Value): string[] {
  const node = value.producer;
  const first = node?.input(0);
  return node === null ? [] : [node.opType, ...(first === undefined ? [] : pathTo(first))];
}

const waves = (count: number, step: number) =>
  Array.from({ length: count }, (_, i) => Math.sin(step * (i + 1)));

function project(b: GraphBuilder, x: Value, columns: number, type: 'float16' | 'float32' = 'float16'): Value {
  const stored = b.constant(Tensor.floats(waves(WIDTH * columns, 0.7), [WIDTH, columns], type));
  return b.op('MatMul', [
    x,
    type === 'float32' ? stored : b.op('Cast', [stored], { attributes: { to: 1n } }),
  ]);
}

async function largest(model: Model): Promise<number> {
  const x = { data: Float32Array.from(waves(ROWS * WIDTH, 1.3)), dims: [ROWS, WIDTH] };
  return Math.max(...(await runModel(model, { x })).map(Math.abs));
}

/** a · shifted(y) + (1 − a) · y, then an RMSNorm: keys as the "Pro" block makes them. */
function shiftedKeys(b: GraphBuilder, x: Value): Value {
  const y = project(b, x, 4);
  const a = b.op('Sigmoid', [project(b, x, 1, 'float32')]);
  const past = b.op('Pad', [y, b.int64([1, 0, -1, 0])]);
  const mixed = b.op('Add', [b.op('Mul', [a, past]), b.op('Mul', [b.op('Sub', [b.float32([1], []), a]), y])]);
  return rmsNorm(b, mixed, b.constant(Tensor.floats([1, 2, 0.5, 1], [4])));
}

test.each([
  ['a projection stored in float16', (b, x) => project(b, x, 4), ['MatMul', 'Cast']],
  ['a projection stored in float32', (b, x) => project(b, x, 4, 'float32'), ['MatMul', 'Cast']],
  [
    'shifted and normalised keys',
    shiftedKeys,
    ['SimplifiedLayerNormalization', 'Add', 'Mul', 'Sigmoid', 'MatMul', 'Cast'],
  ],
] satisfies [string, Build, string[]][])(
  'computes %s in float16 from the projection on',
  async (_, build, path) => {
    const found = compared(build);
    expect(found.path).toEqual(path);
    expect(await largest(found.model)).toBeLessThan(2e-2);
  },
);

test('casts what something else reads, and what no projection makes', async () => {
  const inner: { value?: Value } = {};
  const reads: Build = (b, x) => {
    inner.value = project(b, x, 4);
    return b.op('Add', [inner.value, inner.value]);
  };
  const shared = compared(reads, (b) => [b.op('Neg', [inner.value ?? null])]);
  expect(shared.path).toEqual(['Add', 'Cast', 'MatMul']);
  expect(await largest(shared.model)).toBeLessThan(2e-2);
  expect(compared((b, x) => b.op('Exp', [x])).path).toEqual(['Cast', 'Exp']);
});
