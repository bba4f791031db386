import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** What a program said. */
export interface Outcome {
  /** `undefined`: it was killed, because it took too long. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the doctor sees of the computer it is on, so that tests can show it another one. */
export interface Host {
  /** As `process.platform` and `process.arch`. */
  readonly platform: string;
  readonly arch: string;
  /** Version of Node, without `v`. */
  readonly node: string;
  /** Version of the GNU C library; `undefined` where there is another one. */
  readonly glibc: string | undefined;
  /** Environment variables; programs are found by `PATH`, libraries by `LD_LIBRARY_PATH`. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Runs a program without a shell. @returns `undefined` when it is not there */
  run(program: string, words: readonly string[]): Promise<Outcome | undefined>;
  /** Reads a small text file; `undefined` when it cannot be read. */
  readText(path: string): Promise<string | undefined>;
}

/** Milliseconds that a program may take. */
const PATIENCE = 20_000;
const LARGEST_OUTPUT = 2 ** 24;

/** The computer that this process runs on. */
export function thisHost(): Host {
  const variables = process.env;
  return {
    platform: process.platform,
    arch: process.arch,
    node: process.versions.node,
    glibc: glibcVersion(),
    variables,
    run: (program, words) => runProgram(program, words, variables),
    readText: (path) => readFile(path, 'utf8').catch(() => undefined),
  };
}

/** Runs a program with the given environment, for 20 seconds at most. */
export function runProgram(
  program: string,
  words: readonly string[],
  variables: Host['variables'],
): Promise<Outcome | undefined> {
  return new Promise((resolve) => {
    const options = { env: { ...variables }, timeout: PATIENCE, maxBuffer: LARGEST_OUTPUT };
    execFile(program, [...words], options, (error, stdout, stderr) => {
      if (error === null) return resolve({ code: 0, stdout, stderr });
      if (error.code === 'ENOENT' || error.code === 'EACCES') return resolve(undefined);
      resolve({ code: typeof error.code === 'number' ? error.code : undefined, stdout, stderr });
    });
  });
}

/** Node says in its report which C library it runs on. */
function glibcVersion(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const report: unknown = process.report.getReport();
  const header: unknown = typeof report === 'object' && report && 'header' in report ? report.header : {};
  const version =
    typeof header === 'object' && header && 'glibcVersionRuntime' in header
      ? header.glibcVersionRuntime
      : undefined;
  return typeof version === 'string' ? version : undefined;
}
