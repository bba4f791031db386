import { spawn } from 'node:child_process';
import { SenteiError } from '@sentei/ir';
import { inOneLine } from './finding.ts';

/** How a program that downloads is run. */
export interface InstallerRun {
  readonly program: string;
  readonly words: readonly string[];
  readonly folder: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
  /** Is told each piece of its output. */
  readonly onText?: ((text: string) => void) | undefined;
}

const CAPTURED = 4000;
/** Milliseconds that a program may take to end when it is asked to. */
const PATIENCE = 2000;

/**
 * Runs a program that downloads, in a process group of its own, so that what it starts ends with it.
 *
 * @throws SenteiError `install-failed` with the last words of the program, `cancelled`
 */
export function runInstaller(run: InstallerRun): Promise<void> {
  const { program, words, folder, variables, signal, onText } = run;
  const name = [program, ...words.slice(0, 3)].join(' ');
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new SenteiError('cancelled', `${name} was not started`));
    const child = spawn(program, [...words], {
      cwd: folder,
      env: { ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    const kill = (how: NodeJS.Signals) => {
      try {
        if (child.pid !== undefined) process.kill(process.platform === 'win32' ? child.pid : -child.pid, how);
      } catch {
        // It has ended by itself.
      }
    };
    let timer: NodeJS.Timeout | undefined;
    const onAbort = () => {
      kill('SIGTERM');
      timer = setTimeout(() => kill('SIGKILL'), PATIENCE);
    };
    // A process group of its own hears neither Ctrl-C nor that its parent has gone.
    const onExit = () => kill('SIGKILL');
    process.once('exit', onExit);
    signal?.addEventListener('abort', onAbort, { once: true });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-CAPTURED);
        onText?.(text);
      });
    }
    const settle = (fault?: SenteiError) => {
      clearTimeout(timer);
      process.removeListener('exit', onExit);
      signal?.removeEventListener('abort', onAbort);
      if (signal?.aborted) reject(new SenteiError('cancelled', `${name} was interrupted`));
      else if (fault) reject(fault);
      else resolve();
    };
    child.once('error', (cause) => settle(failed(`${name} cannot be started (${cause.message})`, cause)));
    child.once('close', (code, killedBy) => {
      if (code === 0) return settle();
      const lastWords = inOneLine(said.split('\n').slice(-6).join(' ')) || 'nothing';
      settle(failed(`${name} ended with ${killedBy ?? code}, saying: ${lastWords}`));
    });
  });
}

function failed(message: string, cause?: unknown): SenteiError {
  const hint = 'check that this machine reaches the package registry, and run it again';
  return new SenteiError('install-failed', message, { hint, cause });
}
