/**
 * Fuzzes the readers with Jazzer.js (libFuzzer, guided by coverage). See README.md.
 *
 *     node tools/fuzz/run.mjs [--minutes 30] [--seed 1] [--targets model,edits,text,pipeline] [--jobs 2] [--out out/fuzz]
 *
 * Exit code 0 without findings, 1 with findings, 2 when the fuzzer does not run.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { prepare } from './prepare.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const workspace = join(here, '../..');
const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    targets: { type: 'string', default: 'model,edits,text,pipeline' },
    jobs: { type: 'string', default: '2' },
    out: { type: 'string', default: 'out/fuzz' },
  },
});
/** Shares of the time; the pipeline's grammar is small. @type {Record<string, number>} */
const SHARES = { model: 8, edits: 8, text: 4, pipeline: 1 };
/** Seconds that one input may take, and MiB that the process may hold. */
const LONGEST = 5;
const MOST_MEMORY = 1536;
const LARGEST_INPUT = 65_536;

const out = resolve(options.out);
const findings = join(out, 'findings');
const started = Date.now();

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const child of running) child.kill('SIGKILL');
    process.exit(130);
  });
}

/** @param {string} line */
function print(line) {
  process.stdout.write(`${((Date.now() - started) / 1000).toFixed(0).padStart(5)} s  ${line}\n`);
}

/** @param {string} folder */
function made(folder) {
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * One fuzzer process, until its time is over or an input hangs or fills the memory.
 *
 * @param {string} target @param {number} seed @param {number} seconds @param {ReturnType<typeof prepare>} tool
 * @returns {Promise<{ code: number | null, executions: number, coverage: number, features: number, first: number }>}
 */
function fuzz(target, seed, seconds, { jazzer, env }) {
  const kept = made(join(out, 'corpus', target));
  const given = join(here, 'corpus', target);
  const log = join(out, `${target}-${seed}.log`);
  const child = spawn(
    process.execPath,
    [
      ...[
        '--max-old-space-size=1024',
        jazzer,
        join(here, 'targets.mjs'),
        kept,
        ...(existsSync(given) ? [given] : []),
      ],
      ...['--fuzzEntryPoint', target, '--sync', '-i', 'packages/ir/dist', '-i', 'tools/fuzz/edits', '--'],
      ...[
        `-max_total_time=${seconds}`,
        `-seed=${seed}`,
        `-timeout=${LONGEST}`,
        `-rss_limit_mb=${MOST_MEMORY}`,
      ],
      ...[
        `-max_len=${target === 'model' ? LARGEST_INPUT : target === 'text' ? 4096 : 512}`,
        '-reload=30',
        '-use_value_profile=1',
      ],
      ...[
        `-artifact_prefix=${findings}/${target}-`,
        `-dict=${join(here, 'onnx.dict')}`,
        '-print_final_stats=1',
      ],
    ],
    { cwd: workspace, env: { ...env, SENTEI_FUZZ_FINDINGS: findings }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  running.add(child);
  const seen = { executions: 0, coverage: 0, features: 0, first: 0 };
  let rest = '';
  const read = (/** @type {Buffer} */ chunk) => {
    appendFileSync(log, chunk);
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const status = /^#(\d+)\s+\S+\s+cov: (\d+) ft: (\d+)/.exec(line);
      if (status === null) continue;
      seen.executions = Number(status[1]);
      seen.coverage = Number(status[2]);
      seen.features = Number(status[3]);
      if (/\bINITED\b/.test(line)) seen.first = seen.coverage;
    }
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  const report = setInterval(() => {
    print(
      `${target} (seed ${seed}): ${seen.executions} executions, ${seen.coverage} edges, ${seen.features} features`,
    );
  }, 60_000);
  // libFuzzer watches its inputs by a signal; this watches libFuzzer.
  const watchdog = setTimeout(() => child.kill('SIGKILL'), (seconds + 120) * 1000);
  return new Promise((done) => {
    child.on('close', (code) => {
      clearInterval(report);
      clearTimeout(watchdog);
      running.delete(child);
      done({ code, ...seen });
    });
  });
}

/** @param {string} target @param {number} seed @param {number} seconds @param {ReturnType<typeof prepare>} tool */
async function fuzzUntil(target, seed, seconds, tool) {
  const end = Date.now() + seconds * 1000;
  const sum = { target, seed, executions: 0, first: 0, coverage: 0, features: 0, restarts: 0 };
  for (let next = seed; Date.now() < end - 1000; next += 1000) {
    const result = await fuzz(target, next, Math.ceil((end - Date.now()) / 1000), tool);
    sum.executions += result.executions;
    sum.coverage = Math.max(sum.coverage, result.coverage);
    sum.features = Math.max(sum.features, result.features);
    sum.first ||= result.first;
    if (result.code === 0) break;
    sum.restarts++;
    print(`${target} (seed ${next}) ended with code ${result.code} after ${result.executions} executions`);
    if (result.executions === 0 && sum.restarts > 3) throw new Error(`${target} does not run, see ${out}`);
  }
  return sum;
}

/** @returns {string[]} */
const found = () =>
  existsSync(findings) ? readdirSync(findings).filter((name) => !name.endsWith('.reason')) : [];

try {
  const tool = prepare();
  made(findings);
  const before = found();
  const targets = options.targets.split(',');
  const shares = targets.reduce((sum, target) => sum + (SHARES[target] ?? 1), 0);
  const jobs = Number(options.jobs);
  const lists = await Promise.all(
    Array.from({ length: jobs }, async (_, job) => {
      const summaries = [];
      // Each job begins with another target, so that at most times different ones run.
      for (const target of [...targets.slice(job), ...targets.slice(0, job)]) {
        const seconds = (Number(options.minutes) * 60 * (SHARES[target] ?? 1)) / shares;
        summaries.push(await fuzzUntil(target, Number(options.seed) + job, seconds, tool));
      }
      return summaries;
    }),
  );
  const summaries = lists.flat();
  for (const { target, seed, executions, first, coverage, features, restarts } of summaries)
    print(
      `${target} (seed ${seed}): ${executions} executions, edges ${first} -> ${coverage}, ${features} features, ${restarts} restarts`,
    );
  print(
    `${summaries.reduce((sum, { executions }) => sum + executions, 0)} executions, ${found().length} findings`,
  );
  for (const name of found())
    print(`  ${join(options.out, 'findings', name)}${before.includes(name) ? ' (older)' : ''}`);
  writeFileSync(
    join(out, 'summary.json'),
    `${JSON.stringify({ ...options, summaries, findings: found() }, null, 2)}\n`,
  );
  process.exit(found().length === 0 ? 0 : 1);
} catch (error) {
  print(error instanceof Error ? error.message : String(error));
  process.exit(2);
}
