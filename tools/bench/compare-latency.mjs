/**
 * Measures how much faster a pruned model is, once by Sentei's runtime and once by PyPI onnxruntime, in one run: four
 * processes (two runtimes, two models) take turns, and each side sums up its own times by its own code. See README.md.
 *
 *     node tools/bench/compare-latency.mjs <original> <pruned> <text> [--python python3] [--lengths 128,512]
 *       [--levels all,disabled] [--threads 2] [--rounds 40] [--processes 8] [--out <file>]
 */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { comparePairs, hostTensor, startEngine, summarize } from '@sentei/runtime';

const script = join(dirname(fileURLToPath(import.meta.url)), 'compare-latency.py');
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: 'string', default: 'python3' },
    lengths: { type: 'string', default: '128,512' },
    levels: { type: 'string', default: 'all,disabled' },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '40' },
    processes: { type: 'string', default: '8' },
    out: { type: 'string' },
  },
});
const [original = '', pruned = '', textPath = ''] = positionals;
const text = readFileSync(textPath);
const threads = Number(options.threads);
const roundsPerProcess = Math.ceil(Number(options.rounds) / Number(options.processes));

/** Milliseconds of a sample, and of runs before the first. */
const SAMPLE_MS = 50;
const WARM_UP_MS = 800;

/** Milliseconds of each of `runs` runs at a length. @typedef {(length: number, runs: number) => Promise<number[]>} Measure */
/** @typedef {import('@sentei/runtime').GraphOptimizationLevel} Level */

/** @param {string} model @param {Level} level */
async function startPython(model, level) {
  const child = spawn(options.python, [script, 'serve', model, textPath, String(threads), level], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the Python process ended');
    return JSON.parse(value);
  };
  const version = /** @type {string} */ (await next());
  /** @type {Measure} */
  const measure = (length, runs) => {
    child.stdin.write(`${length} ${runs}\n`);
    return next();
  };
  return { version, measure, close: () => child.stdin.end() };
}

/** @param {import('@sentei/runtime').Engine} engine @param {string} model @param {Level} graphOptimizationLevel */
async function startNode(engine, model, graphOptimizationLevel) {
  const session = await engine.load(model, { graphOptimizationLevel });
  const name = session.inputs[0]?.name ?? '';
  /** @type {Measure} */
  return async (length, runs) => {
    const ids = BigInt64Array.from(text.subarray(0, length), BigInt);
    return [...(await session.time({ [name]: hostTensor('int64', [1, length], ids) }, runs))];
  };
}

/** Runs until a time is over, and says how many runs make a sample. @param {Measure[]} sides @param {number} length */
async function warmUp(sides, length) {
  const begin = performance.now();
  let fastest = Number.POSITIVE_INFINITY;
  do for (const side of sides) fastest = Math.min(fastest, ...(await side(length, 2)));
  while (performance.now() - begin < WARM_UP_MS * sides.length);
  return Math.max(1, Math.ceil(SAMPLE_MS / fastest));
}

/**
 * Rounds of one fresh set of processes: the order of runtimes and of models is reversed from round to round.
 *
 * @param {Level} level @param {number[]} lengths
 */
async function measureOnce(level, lengths) {
  const engine = await startEngine({ threads });
  const python = [await startPython(original, level), await startPython(pruned, level)];
  try {
    const node = [await startNode(engine, original, level), await startNode(engine, pruned, level)];
    const sides = [...node, ...python.map(({ measure }) => measure)];
    /** @type {Record<number, { node: number[][][], python: number[][][] }>} */
    const pairs = {};
    for (const length of lengths) {
      const runs = await warmUp(sides, length);
      /** @type {{ node: number[][][], python: number[][][] }} */
      const own = { node: [], python: [] };
      pairs[length] = own;
      for (let round = 0; round < roundsPerProcess; round += 1) {
        // 0 and 1 are Node.js, 2 and 3 Python; of each the original first.
        const order =
          [
            [0, 1, 2, 3],
            [3, 2, 1, 0],
            [2, 3, 0, 1],
            [1, 0, 3, 2],
          ][round % 4] ?? [];
        /** @type {number[][]} */
        const times = [[], [], [], []];
        for (const side of order) times[side] = (await sides[side]?.(length, runs)) ?? [];
        own.node.push(times.slice(0, 2));
        own.python.push(times.slice(2));
      }
    }
    return { pairs, versions: { node: engine.runtime.version, python: python[0]?.version } };
  } finally {
    await engine.close();
    for (const { close } of python) close();
  }
}

/** By Sentei's own statistics. @param {number[][][][]} groups by process, round, model and run */
function summariseHere(groups) {
  const medians = (/** @type {number} */ model) =>
    groups.map((rounds) => rounds.map((pair) => summarize(pair[model] ?? []).median));
  const [before, after] = [medians(0), medians(1)];
  const comparison = comparePairs(before, after);
  if (comparison === undefined) throw new Error('too few rounds');
  const { ratio, interval } = comparison;
  return {
    ratio,
    ...interval,
    original: summarize(before.flat()).median,
    pruned: summarize(after.flat()).median,
  };
}

/** The median of one set of processes. @param {number[][][]} rounds */
function ratioOf(rounds) {
  const medianOf = (/** @type {number[] | undefined} */ times) => summarize(times ?? []).median;
  return summarize(rounds.map(([before, after]) => medianOf(before) / medianOf(after))).median;
}

/** By NumPy. @param {number[][][][]} groups @returns {ReturnType<typeof summariseHere>} */
function summariseThere(groups) {
  const { stdout, status } = spawnSync(options.python, [script, 'summarise'], {
    input: JSON.stringify(groups.flat()),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error('the summary in Python failed');
  return JSON.parse(String(stdout));
}

const results = [];
const lengths = options.lengths.split(',').map(Number);
for (const level of /** @type {Level[]} */ (options.levels.split(','))) {
  const before = loadavg()[0] ?? 0;
  const sets = [];
  for (let set = 0; set < Number(options.processes); set += 1) sets.push(await measureOnce(level, lengths));
  for (const length of lengths) {
    const node = summariseHere(sets.map(({ pairs }) => pairs[length]?.node ?? []));
    const python = summariseThere(sets.map(({ pairs }) => pairs[length]?.python ?? []));
    const apart = node.ratio / python.ratio - 1;
    // How far sets of processes are apart tells what of it is chance.
    const ratios = sets.map(({ pairs }) => ({
      node: ratioOf(pairs[length]?.node ?? []),
      python: ratioOf(pairs[length]?.python ?? []),
    }));
    const load = { before, after: loadavg()[0] ?? 0 };
    results.push({
      level,
      length,
      rounds: roundsPerProcess * sets.length,
      node,
      python,
      apart,
      ratios,
      load,
    });
    const show = (/** @type {typeof node} */ side) =>
      `${side.original.toFixed(2)} / ${side.pruned.toFixed(2)} ms = ${side.ratio.toFixed(3)} (${side.lower.toFixed(3)} - ${side.upper.toFixed(3)})`;
    const verdict = Math.abs(apart) <= 0.1 ? 'agree within 10 %' : 'DISAGREE';
    process.stdout.write(
      `${level}, length ${length}: Sentei ${show(node)}; Python ${show(python)}; ` +
        `${(100 * apart).toFixed(1)} % apart, ${verdict}; load ${before.toFixed(1)} - ${load.after.toFixed(1)}\n` +
        `  by set: ${ratios.map((own) => `${own.node.toFixed(2)} / ${own.python.toFixed(2)}`).join(', ')}\n`,
    );
  }
  if (options.out !== undefined) {
    const { versions } = sets[0] ?? {};
    writeFileSync(
      options.out,
      `${JSON.stringify({ original, pruned, threads, versions, results }, null, 2)}\n`,
    );
  }
}
process.exitCode = results.every(({ apart }) => Math.abs(apart) <= 0.1) ? 0 : 1;
