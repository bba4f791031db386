import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Host, type Outcome, runProgram } from '../../src/machine/host.ts';

/** An empty folder for the length of the running test. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sentei-doctor-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface FakeHost extends Partial<Omit<Host, 'run' | 'readText'>> {
  /** What programs say, by name, or by name and words. Others are not there. */
  readonly programs?: Readonly<Record<string, string | Outcome>>;
  readonly files?: Readonly<Record<string, string>>;
}

/** A computer that has what it is told to have. */
export function fakeHost({ programs = {}, files = {}, ...facts }: FakeHost = {}): Host {
  return {
    platform: 'linux',
    arch: 'x64',
    node: '20.20.2',
    glibc: '2.36',
    variables: {},
    ...facts,
    run: async (program, words) => {
      const said = programs[[program, ...words].join(' ')] ?? programs[program];
      return typeof said === 'string' ? { code: 0, stdout: said, stderr: '' } : said;
    },
    readText: async (path) => files[path],
  };
}

/** A computer whose programs are those of a folder, really run. */
export function hostWith(folder: string, variables: Readonly<Record<string, string>> = {}): Host {
  const all = { PATH: folder, ...variables };
  return { ...fakeHost({ variables: all }), run: (program, words) => runProgram(program, words, all) };
}

/** Writes a program in JavaScript that can be started by its name. */
export async function writeProgram(folder: string, name: string, code: string): Promise<void> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!${process.execPath}\n${code}`);
  await chmod(path, 0o755);
}

/** Writes an onnxruntime-node without anything in it, and returns its `package.json`. */
export async function fakeOnnxRuntime(folder: string, libraries: Readonly<Record<string, Uint8Array>> = {}) {
  const packageFile = join(folder, 'package.json');
  const binaries = join(folder, 'bin', 'napi-v6', 'linux', 'x64');
  await mkdir(binaries, { recursive: true });
  await writeFile(packageFile, '{ "name": "onnxruntime-node", "version": "1.30.0" }');
  for (const [name, bytes] of Object.entries(libraries)) await writeFile(join(binaries, name), bytes);
  return { packageFile, binaries };
}
