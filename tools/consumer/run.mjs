// Uses the packages as another repository does: packs them, installs the tarballs in a project of its own, checks its
// types under both kinds of module resolution, runs it, and runs the command.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packAll } from './pack.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const checkpoint = join(root, 'checkpoints/fox-pro-6l/model.onnx');
const folder = mkdtempSync(join(tmpdir(), 'sentei-consumer-'));
const project = join(folder, 'project');

function run(command, args) {
  return execFileSync(command, args, {
    cwd: project,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

/** Declarations are checked, too; onnx-proto, as published, refers to a global `Long` that it does not declare. */
function checkTypes(config) {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [compiler, '-p', config, '--pretty', 'false'], {
    cwd: project,
    encoding: 'utf8',
  });
  const known = /^node_modules\/onnx-proto\/.*Cannot find name 'Long'/;
  const errors = stdout.split('\n').filter((line) => line !== '' && !known.test(line));
  if (errors.length > 0) throw new Error(`${config}:\n${errors.join('\n')}`);
}

/** The project's manifest: our packages by tarball, the rest as this repository has it. */
function manifest(tarballs) {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { dependencies } = JSON.parse(readFileSync(join(root, 'packages/ir/package.json'), 'utf8'));
  const ours = Object.entries(tarballs).map(([name, path]) => [name, `file:${path}`]);
  return {
    name: 'consumer',
    private: true,
    type: 'module',
    dependencies: {
      ...Object.fromEntries(ours),
      'fast-check': devDependencies['fast-check'],
      zod: dependencies.zod,
      '@types/node': devDependencies['@types/node'],
    },
  };
}

try {
  const tarballs = await packAll(root, folder);
  say(`packed ${Object.keys(tarballs).length} packages`);
  cpSync(new URL('project', import.meta.url), project, { recursive: true });
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest(tarballs), null, 2));
  run('npm', [
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--loglevel=error',
  ]);
  say('installed the tarballs');
  checkTypes('tsconfig.json');
  checkTypes('tsconfig.bundler.json');
  say('types resolve under node16 and bundler');
  say(run(process.execPath, ['built/main.js', checkpoint, join(folder, 'out.onnx')]).trim());
  const described = run('npx', ['--no-install', 'sentei', 'inspect', join(folder, 'out.onnx')]);
  if (!described.includes('logits'))
    throw new Error(`sentei inspect says nothing of the outputs:\n${described}`);
  say('the sentei command works');
} catch (error) {
  say(error.stdout || error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
