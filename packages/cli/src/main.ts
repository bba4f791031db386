import { runSentei } from './program.ts';

/** Runs the command in this process: signals interrupt it, and its exit code becomes that of the process. */
export async function main(args: readonly string[]): Promise<void> {
  const interruption = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // The first signal lets the command tidy up, the second one ends it.
    process.once(name, () => interruption.abort(name));
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
    now: () => performance.now(),
  });
}
