/**
 * Writes the models that `fused-latency.mjs` compares:
 *
 *     node tools/bench/fused-models.mjs checkpoints/fox-pro-6l/model.onnx out/fused [--means JSON]
 *
 * The checkpoint as it is, cleaned up, and on fused attention with and without windows; and a model of 4 layers with 16 heads of
 * 64 channels, whose gates have the constants of the checkpoint's, once in full, once without windows, and once with queries, keys
 * and values added up in place of attention.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  Graph,
  GraphBuilder,
  Model,
  readModel,
  runPipeline,
  Tensor,
  tensorType,
  Value,
  writeModel,
} from '@sentei/ir';
import { acp } from '@sentei/pass-acp';
import { cleanup, fuse } from '@sentei/pass-cleanup';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { means: { type: 'string' } },
});
const [checkpoint = '', folder = ''] = positionals;

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`);
}

/** @type {import('@sentei/ir').PassContext} */
const CONTEXT = {
  logger: { info: () => undefined, warn: say },
  judge: undefined,
  maxDrop: 0.01,
  progress: () => undefined,
};

/**
 * @param {string} name
 * @param {Model} model
 * @param {readonly import('@sentei/ir').Pass[]} passes
 * @param {Partial<import('@sentei/ir').PassContext>} [context]
 */
async function write(name, model, passes, context = {}) {
  const records = await runPipeline(model, passes, { ...CONTEXT, ...context });
  for (const { name: patch, reason } of records.flatMap(({ patches }) => patches))
    if (patch.startsWith('attention')) say(`${name}: ${patch} ${reason}`);
  let nodes = 0;
  for (const graph of model.graphs()) for (const _ of graph.nodes()) nodes++;
  say(`${name}: ${nodes} nodes`);
  await writeModel(model, join(folder, `${name}.onnx`));
}

const [HEADS, CHANNELS, LAYERS] = [16, 64, 4];
const WIDTH = HEADS * CHANNELS;

/** Constants of the checkpoint's gate logits: a local head, one of medium reach and two nearly global ones of four. */
const GATE_LOGITS = [1.05, 3.6, 6, 8.2];

/**
 * @param {'attention' | 'none'} kind
 * @param {'tiled' | 'sorted'} order whether kinds of heads take turns or stand side by side
 */
function headsModel(kind, order) {
  const ids = new Value('input_ids', tensorType('int64', ['batch', 'sequence']));
  const graph = new Graph('main', [ids]);
  const b = new GraphBuilder(graph);
  let state = 12_345;
  const next = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return (2 * state) / 2 ** 31 - 1;
  };
  /** @param {number} rows @param {number} columns @param {number} scale */
  const weight = (rows, columns, scale) =>
    b.constant(
      Tensor.floats(
        Float32Array.from({ length: rows * columns }, () => Math.round(next() * scale * 4096) / 4096),
        [rows, columns],
      ),
    );
  const scale = Math.sqrt(3 / WIDTH);
  const embedding = weight(256, WIDTH, 1.7);
  const projections = [0, 1, 2, 3].map(() => weight(WIDTH, WIDTH, scale));
  const gateWeight = weight(WIDTH, HEADS, 0.3 * scale);
  const share = {
    tiled: (/** @type {number} */ h) => h % 4,
    sorted: (/** @type {number} */ h) => Math.floor(h / 4),
  };
  const gates = b.float32(Array.from({ length: HEADS }, (_, head) => GATE_LOGITS[share[order](head)] ?? 0));
  const ones = b.float32(new Array(WIDTH).fill(1));
  const gains = b.float32(new Array(CHANNELS).fill(1.4));
  /** @param {Value} x @param {Value} gain */
  const norm = (x, gain) => {
    const mean = b.op('ReduceMean', [b.op('Pow', [x, b.float32([2], [])]), b.int64([-1])]);
    const root = b.op('Sqrt', [b.op('Add', [mean, b.float32([1e-6], [])])]);
    return b.op('Mul', [b.op('Div', [x, root]), gain]);
  };
  /** @param {Value} x @param {readonly bigint[]} perm */
  const transpose = (x, perm) => b.op('Transpose', [x], { attributes: { perm } });
  const length = b.op('Shape', [ids], { attributes: { start: 1n, end: 2n } });
  const [zero, one] = [b.constant(Tensor.int64([0], [])), b.constant(Tensor.int64([1], []))];
  const range = b.op('Range', [zero, b.op('Squeeze', [length]), one]);
  const visible = b.op('GreaterOrEqual', [b.op('Unsqueeze', [range, b.int64([1])]), range]);
  let x = b.op('Gather', [embedding, ids]);
  for (let layer = 0; layer < LAYERS; layer++) {
    const normed = norm(x, ones);
    const [query, key, value] = projections.slice(0, 3).map((projection, index) => {
      const heads = b.op('Reshape', [b.op('MatMul', [normed, projection]), b.int64([0, 0, HEADS, CHANNELS])]);
      return index < 2 ? norm(heads, gains) : heads;
    });
    if (!query || !key || !value) break;
    let output = b.op('Add', [b.op('Add', [query, key]), value]);
    if (kind === 'attention') {
      const logits = b.op('Add', [b.op('MatMul', [normed, gateWeight]), gates]);
      const sums = transpose(b.op('CumSum', [b.op('Log', [b.op('Sigmoid', [logits])]), one]), [0n, 2n, 1n]);
      const bias = b.op('Sub', [
        b.op('Unsqueeze', [sums, b.int64([3])]),
        b.op('Unsqueeze', [sums, b.int64([2])]),
      ]);
      const product = b.op('MatMul', [transpose(query, [0n, 2n, 1n, 3n]), transpose(key, [0n, 2n, 3n, 1n])]);
      const scores = b.op('Add', [b.op('Mul', [product, b.float32([1 / Math.sqrt(CHANNELS)], [])]), bias]);
      const masked = b.op('Where', [visible, scores, b.float32([Number.NEGATIVE_INFINITY], [])]);
      const weights = b.op('Softmax', [masked], { attributes: { axis: -1n } });
      output = transpose(b.op('MatMul', [weights, transpose(value, [0n, 2n, 1n, 3n])]), [0n, 2n, 1n, 3n]);
    }
    const joined = b.op('Reshape', [output, b.int64([0, 0, WIDTH])]);
    x = b.op('Add', [x, b.op('MatMul', [joined, projections[3] ?? null])]);
  }
  const y = b.op('ReduceMean', [x, b.int64([-1])], { attributes: { keepdims: 0n } });
  y.name = 'y';
  y.type = tensorType('float32', ['batch', 'sequence']);
  graph.setOutputs([y]);
  return new Model(graph, [['', 18]]);
}

/** Means of log gates by layer and head, as calibration finds them; without, windows follow the constants in the model. */
const means = values.means === undefined ? undefined : JSON.parse(values.means);
/** @type {import('@sentei/ir').Calibrator} */
const calibration = {
  collect: async (_, taps) => ({
    examples: 1,
    taps: taps.map((_tap, index) => {
      const mean = Float64Array.from(means[index]);
      const moments = { count: 1, mean, variance: mean, minimum: mean, maximum: mean };
      return { value: '', rows: 1, skipped: 0, features: mean.length, moments };
    }),
  }),
};

mkdirSync(folder, { recursive: true });
const fused = (/** @type {boolean} */ windows) => [
  cleanup(),
  acp({ target: 'cuda', windows }),
  cleanup(),
  fuse({ target: 'cuda' }),
  cleanup(),
];
const measured = means === undefined ? {} : { calibration };
await write('original', await readModel(checkpoint), []);
await write('clean', await readModel(checkpoint), [cleanup()]);
await write('clean-fused', await readModel(checkpoint), [cleanup(), fuse({ target: 'cuda' }), cleanup()]);
await write('dense', await readModel(checkpoint), fused(false));
await write('windows', await readModel(checkpoint), fused(true), measured);
await write('heads-none', headsModel('none', 'tiled'), fused(false));
await write('heads-original', headsModel('attention', 'tiled'), []);
for (const order of /** @type {const} */ (['tiled', 'sorted'])) {
  await write(`heads-${order}-dense`, headsModel('attention', order), fused(false));
  await write(`heads-${order}-windows`, headsModel('attention', order), fused(true));
}
