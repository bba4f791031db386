/**
 * Times models of `fused-models.mjs` in turn, and prints and writes medians and minima in ms:
 *
 *     node tools/bench/fused-latency.mjs out/fused --names original,dense,windows --lengths 512,4096,16384 \
 *       --text checkpoints/fox-pro-6l/heldout.txt --provider cuda --seconds 2 --out times.json
 *
 * It needs onnxruntime-node alone, found beside the script or by NODE_PATH. Copies of inputs and outputs are part of a run.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { InferenceSession, Tensor } = createRequire(import.meta.url)('onnxruntime-node');

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    names: { type: 'string', default: '' },
    lengths: { type: 'string', default: '' },
    text: { type: 'string', default: '' },
    provider: { type: 'string', default: 'cuda' },
    seconds: { type: 'string', default: '2' },
    threads: { type: 'string', default: '8' },
    out: { type: 'string' },
  },
});
const [folder = ''] = positionals;
const text = readFileSync(values.text);

/** Runs before the first that counts, and the fewest that count. */
const [WARM_UP, FEWEST] = [3, 5];

/** @param {string} name */
function open(name) {
  return InferenceSession.create(join(folder, `${name}.onnx`), {
    executionProviders: [values.provider],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: Number(values.threads),
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
}

/** @param {number} length */
function bytesOf(length) {
  const bytes = BigInt64Array.from({ length }, (_, i) => BigInt(text[(50_000 + i) % text.length] ?? 0));
  return new Tensor('int64', bytes, [1, length]);
}

/** @type {Record<string, Record<string, { median: number, least: number, runs: number }>>} */
const results = {};
for (const length of values.lengths.split(',').map(Number)) {
  const feeds = { input_ids: bytesOf(length) };
  const sides = [];
  for (const name of values.names.split(',')) {
    const session = await open(name);
    for (let run = 0; run < WARM_UP; run++) await session.run(feeds);
    sides.push({ name, session, times: /** @type {number[]} */ ([]) });
  }
  const end = performance.now() + 1000 * Number(values.seconds);
  for (let round = 0; round < FEWEST || performance.now() < end; round++) {
    // Who comes first changes every round.
    for (let turn = 0; turn < sides.length; turn++) {
      const side = sides[(turn + round) % sides.length];
      const start = performance.now();
      await side?.session.run(feeds);
      side?.times.push(performance.now() - start);
    }
  }
  results[length] = {};
  for (const { name, session, times } of sides) {
    times.sort((a, b) => a - b);
    const [median = 0, least = 0] = [times[times.length >> 1], times[0]];
    results[length][name] = { median, least, runs: times.length };
    await session.release();
  }
  const row = Object.entries(results[length]).map(
    ([name, { median, least }]) => `${name} ${median.toFixed(2)} (${least.toFixed(2)})`,
  );
  process.stdout.write(`${length}: ${row.join(', ')}\n`);
}
if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(results, null, 1)}\n`);
