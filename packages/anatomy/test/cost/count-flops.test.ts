import { fileURLToPath } from 'node:url';
import { parseModel, readModel, type Tensor, type Value } from '@sentei/ir';
import { validModel } from '@sentei/ir/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countFlops } from '../../src/cost/count-flops.ts';
import { countText, flopsOf } from '../support/count-text.ts';

const IF = `y = If (c) <
  then_branch = t () => (p) { a = MatMul (x, x) p = Add (a, x) },
  else_branch = e () => (q) { q = Add (x, x) }>`;
const DEAR = 2 * 64 + 16;
const CHEAP = 16;

test('sizes of a run take the place of symbols', () => {
  const count = (n: number) =>
    flopsOf('float[n, 4] x, float[4, 8] w', 'y = MatMul (x, w)', { x: { dims: [n, 4] } });
  expect([count(1), count(10)]).toEqual([64, 640]);
  expect(countText('float[n, 4] x, float[4, 8] w', 'y = MatMul (x, w)').unknown).toHaveLength(1);
});

test('a branch counts as the gate says, and both bounds where it does not', () => {
  const inputs = 'float[4, 4] x, bool c';
  const gate = (open: number) => flopsOf(inputs, IF, { c: { dims: [], integers: [open] } });
  expect([gate(1), gate(0)]).toEqual([DEAR, CHEAP]);
  const { flops, nodes } = countText(inputs, IF);
  expect(flops).toEqual({ least: CHEAP, most: DEAR });
  expect(nodes.map(({ runs }) => runs)).toEqual(Array(3).fill({ least: 0, most: 1 }));
});

test('one gate of many is found by its place', () => {
  const nodes = `i = Constant <value = int64 {1}> () c = Gather (g, i) ${IF}`;
  const gates = (...integers: number[]) =>
    flopsOf('float[4, 4] x, bool[3] g', nodes, { g: { dims: [3], integers } });
  expect([gates(0, 1, 0), gates(1, 0, 1)]).toEqual([DEAR, CHEAP]);
});

test('a loop counts as often as it runs, and has no upper bound where nothing tells', () => {
  const loop = `y = Loop (m, "", x) <body = b (int64 i, bool c, float[2] s) => (bool d, float[2] t) {
    d = Identity (c) t = Mul (s, s) }>`;
  const inputs = 'float[2] x, int64 m';
  expect(flopsOf(inputs, loop, { m: { dims: [], integers: [5] } })).toBe(10);
  const { flops, nodes, unknown } = countText(inputs, loop);
  expect(flops).toEqual({ least: 0, most: null });
  expect(nodes).toMatchObject([{ flops: 2, runs: { least: 0, most: null } }]);
  expect(unknown.map(({ reason }) => reason)).toEqual(['how often it runs is only known in a run']);
});

test('a function counts in each of its calls', () => {
  const model = parseModel(`<ir_version: 10, opset_import: ["": 21, "local": 1]>
    g (float[2, 3] x) => (y) { a = local.square (x) y = local.square (a) }
    <domain: "local", opset_import: ["": 21]> square (p) => (q) { q = Mul (p, p) }`);
  const { flops, nodes } = countFlops(model);
  expect(flops).toEqual({ least: 12, most: 12 });
  expect(nodes).toMatchObject([{ flops: 6, runs: { least: 2, most: 2 } }]);
});

test('twice the rows are twice the work of an encoder layer', () => {
  const layer = (batch: number) =>
    flopsOf(
      'float[b, 6, 8] x, float[8, 8] wq, float[8, 8] wk, float[8, 8] wv, float[8, 8] wo, float[8, 32] w1, float[32, 8] w2, float[8] g',
      `q = MatMul (x, wq) k = MatMul (x, wk) v = MatMul (x, wv)
       a = Attention <q_num_heads = 2, kv_num_heads = 2> (q, k, v)
       o = MatMul (a, wo) r = Add (x, o) n = LayerNormalization (r, g)
       h = MatMul (n, w1) e = Gelu (h) m = MatMul (e, w2) s = Add (n, m) y = LayerNormalization (s, g)`,
      { x: { dims: [batch, 6, 8] } },
    );
  const weights = 4 * 64 + 2 * 8 * 32;
  const attention = 2 * 6 * 6 * (2 * 4 + 1 + 4 + 2 * 4);
  const pointwise = 6 * (2 * 8 + 2 * 6 * 8 + 5 * 32);
  expect(layer(1)).toBe(2 * 6 * weights + attention + pointwise);
  expect(layer(2)).toBe(2 * layer(1));
});

/** The weight that a product reads, behind what changes its type or layout. */
function weightOf(value: Value | null): Tensor | undefined {
  if (value?.tensor !== undefined) return value.tensor;
  const producer = value?.producer;
  return producer?.is('Cast', 'Transpose', 'Identity') ? weightOf(producer.input(0) ?? null) : undefined;
}

test('products of the embedded checkpoint are those of its weights and its attention', async () => {
  const path = fileURLToPath(new URL('../../../../checkpoints/fox-pro-6l/model.onnx', import.meta.url));
  const model = await readModel(path);
  const length = 128;
  const { flops, nodes, unknown } = countFlops(model, { input_ids: { dims: [1, length] } });
  expect(unknown).toEqual([]);
  expect(flops.most).toBe(flops.least);
  const products = nodes.filter(({ node }) => node.is('MatMul'));
  const weights = products.flatMap(({ node }) => node.inputs.map((value) => weightOf(value)?.size ?? 0));
  const [layers, heads, width] = [6, 4, 64];
  const attention = layers * heads * 2 * (2 * length * length * width);
  const dense = 2 * length * weights.reduce((sum, size) => sum + size, 0);
  expect(products.reduce((sum, cost) => sum + cost.flops, 0)).toBe(dense + attention);
  // Norms, gates and softmax of a model this small are about one per cent.
  expect((dense + attention) / flops.least).toBeGreaterThan(0.98);
});

test('any valid model has bounds in order, and nodes that make up its least work', () => {
  fc.assert(
    fc.property(validModel(), (model) => {
      const { flops, bytes, nodes, unknown } = countFlops(model);
      expect(flops.least).toBeGreaterThanOrEqual(0);
      if (flops.most !== null) expect(flops.most).toBeGreaterThanOrEqual(flops.least);
      else expect(unknown.length).toBeGreaterThan(0);
      expect(bytes).toBeGreaterThanOrEqual(0);
      const certain = nodes.reduce((sum, cost) => sum + cost.flops * cost.runs.least, 0);
      // A branch that runs for certain, whichever it is, adds the work of the cheaper one.
      expect(certain).toBeLessThanOrEqual(flops.least);
    }),
    { numRuns: 100 },
  );
});
