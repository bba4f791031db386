/** Installs Jazzer.js beside this file, and makes its addon load on systems older than those it is built for. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const addon = join(
  here,
  `node_modules/@jazzer.js/fuzzer/prebuilds/fuzzer-${process.platform}-${process.arch}.node`,
);
const shim = join(here, 'node_modules/addon-shim.so');
/** ELF hashes of the versions GLIBC_2.38 and GLIBCXX_3.4.32. */
const NEWER_VERSIONS = [0x069691b8, 0x0297f842];
const WEAK = 2;

/** @param {string} program @param {string[]} words */
function run(program, words) {
  const { status, stderr } = spawnSync(program, words, { cwd: here, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')} failed: ${stderr}`);
}

/** @param {NodeJS.ProcessEnv} env @returns {string} why the addon does not load; empty if it does */
function refusal(env) {
  const command = `require(${JSON.stringify(addon)})`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', command], { encoding: 'utf8', env });
  return status === 0 ? '' : stderr;
}

/**
 * Marks the newer library versions as wanted rather than needed, and compiles the three functions they stand for. The
 * flags of a version entry (Elf64_Vernaux) follow its hash.
 */
function mendAddon() {
  const bytes = readFileSync(addon);
  for (const hash of NEWER_VERSIONS) {
    const entry = Buffer.alloc(6);
    entry.writeUInt32LE(hash);
    const at = bytes.indexOf(entry);
    if (at >= 0) bytes.writeUInt16LE(WEAK, at + 4);
  }
  writeFileSync(addon, bytes);
  run('cc', ['-shared', '-fPIC', '-o', shim, 'addon-shim.c']);
}

/**
 * @returns {{ jazzer: string, env: NodeJS.ProcessEnv }} the fuzzer's program and the environment it needs
 * @throws Error when it cannot be installed or does not load here
 */
export function prepare() {
  if (!existsSync(addon))
    run('npm', ['install', '--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund']);
  const env = { ...process.env };
  if (existsSync(shim)) env.LD_PRELOAD = shim;
  let why = refusal(env);
  if (/version `GLIBC/.test(why) || /undefined symbol/.test(why)) {
    mendAddon();
    env.LD_PRELOAD = shim;
    why = refusal(env);
  }
  if (why !== '') throw new Error(`the addon of Jazzer.js does not load here: ${why}`);
  return { jazzer: createRequire(join(here, 'package.json')).resolve('@jazzer.js/core/dist/cli.js'), env };
}
