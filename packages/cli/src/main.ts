import { runSentei } from './program.ts';

/** Runs the command in this process: signals interrupt it, and its exit code becomes that of the process. */
export async function main(args: readonly string[]): Promise<void> {
  const interruption = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => interruption.abort(name));
  }
  // A reader such as `head` that has seen enough is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  process.exitCode = await runSentei(args, {
    stdout: process.stdout,
    stderr: process.stderr,
    signal: interruption.signal,
    trace: process.env.SENTEI_DEBUG === '1',
    now: () => performance.now(),
  });
}
