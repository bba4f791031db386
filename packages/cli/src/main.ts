import { createInterface } from 'node:readline/promises';
import { runSentei } from './program.ts';

/** Runs the command in this process: signals interrupt it, and its exit code becomes that of the process. */
export async function main(args: readonly string[]): Promise<void> {
  const interruption = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      // The first signal lets the command tidy up, whichever it is; the next one ends it, and what is unfinished goes with it.
      if (interruption.signal.aborted) endAtOnce();
      interruption.abort(name);
    });
  }
  for (const stream of [process.stdout, process.stderr]) {
    // A reader such as `head` that has seen enough is no error, and no reason to leave anything half done.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  process.exitCode = await runSentei(args, {
    stdout: process.stdout,
    stderr: process.stderr,
    signal: interruption.signal,
    trace: process.env.SENTEI_DEBUG === '1',
    variables: process.env,
    confirm:
      process.stdin.isTTY && process.stderr.isTTY ? (text) => ask(text, interruption.signal) : undefined,
    now: () => performance.now(),
  });
}

/** Restores the terminal, which a bar may have changed, and leaves; files that are half there are removed on the way out. */
function endAtOnce(): never {
  if (process.stderr.isTTY) process.stderr.write('\u001b[?25h\u001b[?7h\n');
  process.exit(130);
}

async function ask(question: string, signal: AbortSignal): Promise<boolean> {
  // Without the line editing of a terminal Ctrl-C stays a signal.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  try {
    return /^\s*y(es)?\s*$/i.test(await lines.question(`${question} [y/N] `, { signal }));
  } finally {
    lines.close();
  }
}
