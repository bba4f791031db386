import { Writable } from 'node:stream';
import { runSentei } from '../../src/program.ts';
import type { Listener, TextStream } from '../../src/progress.ts';

/** A stream that keeps what is written to it. */
export function textStream(isTTY = false): TextStream & { readonly text: () => string } {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return Object.assign(stream, { isTTY, text: () => text });
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in this process. */
export async function sentei(args: readonly string[], signal?: AbortSignal): Promise<Outcome> {
  const [stdout, stderr] = [textStream(), textStream()];
  const code = await runSentei(args, { stdout, stderr, signal, now: () => performance.now() });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

/** A listener that keeps what it hears. */
export function recorder(): Listener & { readonly heard: string[] } {
  const heard: string[] = [];
  return {
    heard,
    step: (title) => heard.push(`step ${title}`),
    progress: ({ message, done, total }) => heard.push(`progress ${message} ${done}/${total}`),
    info: (message) => heard.push(`info ${message}`),
    warn: (message) => heard.push(`warn ${message}`),
  };
}
