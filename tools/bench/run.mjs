/**
 * The benchmark of reading, writing and cleaning up at scale, against PyPI `onnx` and `onnx-ir`. See README.md.
 *
 *     node tools/bench/run.mjs [--python <python>] [--models <folder>] [--rounds 5] [--only <name,...>] [--out <file>]
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { summarise } from './summary.mjs';
import { tableOf } from './table.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    models: { type: 'string', default: join(tmpdir(), 'sentei-bench-models') },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    out: { type: 'string', default: 'out/bench/ir-scale.json' },
  },
});

const javascript = (/** @type {string} */ task) => [process.execPath, join(here, 'measure.mjs'), task];
const python = (/** @type {string} */ library) => [options.python, join(here, 'measure.py'), library];
const inspect = [process.execPath, join(here, '../../packages/cli/bin/sentei.js'), 'inspect'];
const roundTrips = {
  sentei: javascript('round-trip'),
  onnx: python('onnx'),
  'onnx, synced': python('onnx-synced'),
  'onnx-ir': python('onnx-ir'),
};

/** What is measured: a model, and the sides that take turns on it. @type {import('./report.d.mts').Measurement[]} */
const measurements = [
  { name: 'round-trip-550MB', model: 'transformer', sides: roundTrips },
  { name: 'round-trip-100k', model: 'ladder-100000', sides: roundTrips },
  { name: 'round-trip-1M', model: 'ladder-1000000', sides: roundTrips },
  {
    name: 'round-trip-chain-1M',
    model: 'chain-1000000',
    sides: { sentei: javascript('round-trip') },
    rounds: 1,
  },
  { name: 'cleanup-10k', model: 'ladder-10000', sides: { sentei: javascript('cleanup') } },
  { name: 'cleanup-100k', model: 'ladder-100000', sides: { sentei: javascript('cleanup') } },
  { name: 'cleanup-1M', model: 'ladder-1000000', sides: { sentei: javascript('cleanup') } },
  { name: 'cleanup-chain-1M', model: 'chain-1000000', sides: { sentei: javascript('cleanup') }, rounds: 1 },
  { name: 'inspect-550MB', model: 'transformer', sides: { sentei: inspect } },
  { name: 'rename-12GB', model: 'external', sides: { sentei: javascript('rename') }, rounds: 1 },
];

/** @param {string} line */
function print(line) {
  process.stdout.write(`${line}\n`);
}

/** Runs a command and gives what it printed and how long it took from start to end. @param {string[]} command */
function runOnce(command) {
  const [program = '', ...rest] = command;
  const start = performance.now();
  const { status, stdout, stderr, signal } = spawnSync(program, rest, {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const wall = (performance.now() - start) / 1000;
  return { wall, stdout, failure: status === 0 ? undefined : `${signal ?? status}: ${stderr.slice(-600)}` };
}

/** @param {string[]} command @param {string} model @returns {import('./report.d.mts').Sample} */
function measure(command, model) {
  const load = loadavg()[0] ?? 0;
  // On the disk of the models, so that both sides write to the same place.
  const folder = mkdtempSync(join(options.models, 'output-'));
  try {
    const isInspect = command === inspect;
    const { wall, stdout, failure } = runOnce(isInspect ? [...command, model] : [...command, model, folder]);
    if (failure !== undefined) return { wall, load, failure };
    return isInspect ? { wall, load, seconds: { total: wall } } : { wall, load, ...JSON.parse(stdout) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const wanted = options.only?.split(',');
const chosen = measurements.filter(({ name }) => wanted === undefined || wanted.includes(name));
const models = [...new Set(chosen.map(({ model }) => model))];
const made = spawnSync(options.python, [join(here, 'generate-models.py'), options.models, ...models], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
if (made.status !== 0) {
  print('the models could not be generated: give --python with the packages of tools/bench/requirements.txt');
  process.exit(2);
}

const report = {
  date: new Date().toISOString(),
  node: process.version,
  processor: `${cpus().length} x ${cpus()[0]?.model}`,
  memory: totalmem(),
  /** @type {import('./report.d.mts').Result[]} */
  results: [],
};
for (const { name, model, sides, rounds = Number(options.rounds) } of chosen) {
  const path = join(options.models, model, 'model.onnx');
  readFileSync(path); // Everyone finds the file in the page cache.
  /** @type {Record<string, import('./report.d.mts').Sample[]>} */
  const samples = Object.fromEntries(Object.keys(sides).map((side) => [side, []]));
  for (let round = 0; round < rounds; round++)
    for (const [side, command] of Object.entries(sides)) samples[side]?.push(measure(command, path));
  const result = { name, model, sides: summarise(samples) };
  report.results.push(result);
  for (const line of tableOf({ ...report, results: [result] }).slice(2)) print(line);
  mkdirSync(dirname(options.out), { recursive: true });
  writeFileSync(options.out, `${JSON.stringify(report, null, 2)}\n`);
}
