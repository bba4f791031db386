// Adds a pass package with the generator to a copy of this repository, and builds, lints and tests what came out.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PASS = 'swap-signs';
const root = fileURLToPath(new URL('../..', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'sentei-generate-'));

function run(command, ...args) {
  const env = { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NO_COLOR: '1' };
  return execFileSync(command, args, { cwd: copy, encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] });
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

/** Installed packages by link, but the workspace's own from the copy. */
function linkModules() {
  const modules = join(copy, 'node_modules');
  mkdirSync(join(modules, '@sentei'), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name === '@sentei' || name === '.cache' || name === '.vite') continue;
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  for (const name of readdirSync(join(copy, 'packages'))) linkPackage(name);
}

function linkPackage(name) {
  symlinkSync(join(copy, 'packages', name), join(copy, 'node_modules/@sentei', name));
}

try {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const path of listed.split('\0').filter((name) => name !== '')) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(root, path), join(copy, path));
  }
  for (const name of readdirSync(join(copy, 'packages'))) {
    const built = join('packages', name, 'dist');
    cpSync(join(root, built), join(copy, built), { recursive: true, preserveTimestamps: true });
  }
  linkModules();
  run('git', 'init', '--quiet');
  run('npx', 'nx', 'g', './tools:pass', PASS, '--skipInstall');
  linkPackage(`pass-${PASS}`);
  say(`generated packages/pass-${PASS}`);
  run('npx', 'tsc', '-b');
  run('npx', 'tsc', '-p', 'tsconfig.test.json');
  run(
    'npx',
    'biome',
    'check',
    '--error-on-warnings',
    `packages/pass-${PASS}`,
    'packages/cli',
    'tsconfig.json',
  );
  say('it builds and passes the linter');
  const tests = [`packages/pass-${PASS}`, 'packages/cli/test/passes.test.ts', 'tools/test/workspace.test.ts'];
  const summary = run('npx', 'vitest', 'run', ...tests, '--reporter=dot');
  say(`its tests pass: ${/Tests .*/.exec(summary)?.[0].replace(/\s+/g, ' ')}`);
} catch (error) {
  say([error.message, error.stdout, error.stderr].filter(Boolean).join('\n'));
  process.exitCode = 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
