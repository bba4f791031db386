// `nx run pass-pipeline:calibrate --shards=4 …`: each shard is an Nx task of its own, and so is the merge behind them.
import { spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { planCalibration, shardFile, shardsOf, VARIABLE } from './plan.mjs';

const workspace = fileURLToPath(new URL('../..', import.meta.url));
const plan = planCalibration(process.argv.slice(2), workspace, process.env.INIT_CWD ?? workspace);
await mkdir(dirname(plan.out), { recursive: true });

const manifest = createRequire(import.meta.url).resolve('nx/package.json');
const { bin } = createRequire(import.meta.url)('nx/package.json');
const parallel = Math.min(plan.shards, availableParallelism());
const code = await new Promise((resolve) => {
  const child = spawn(
    process.execPath,
    [join(dirname(manifest), bin.nx), 'run', 'pass-pipeline:calibrate-merge', `--parallel=${parallel}`],
    { cwd: workspace, stdio: 'inherit', env: { ...process.env, [VARIABLE]: JSON.stringify(plan) } },
  );
  // Ctrl-C reaches the tasks too; this waits until they have tidied up.
  process.on('SIGINT', () => {});
  child.once('close', (status) => resolve(status ?? 1));
});
if (code === 0) await Promise.all(shardsOf(plan).map((shard) => rm(shardFile(plan, shard), { force: true })));
process.exitCode = code;
