/// <reference path="./cli-progress-types.d.ts" />
import type { Progress } from '@sentei/ir';
import { oneLine } from '@sentei/report';
import cliProgress from 'cli-progress';

/** Hears what a long command is doing. */
export interface Listener {
  /** A new step begins. */
  step(title: string): void;
  /** How far the current step is. */
  progress(progress: Progress): void;
  /** Something worth knowing. */
  info(message: string): void;
  /** Something that may be wrong. */
  warn(message: string): void;
}

/** Hears nothing. */
export const SILENT: Listener = { step() {}, progress() {}, info() {}, warn() {} };

export interface ProgressDisplay extends Listener {
  /** Takes the bar away. May be called twice. */
  stop(): void;
}

export type TextStream = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Milliseconds between two lines about the same step where there is no terminal. */
const QUIET = 5000;

/** Bars on a terminal, and else plain lines: one for a step and, for long ones, one every few seconds. */
export function displayProgress(stream: TextStream, now: () => number): ProgressDisplay {
  return stream.isTTY ? new BarDisplay(stream) : new LineDisplay(stream, now);
}

class LineDisplay implements ProgressDisplay {
  readonly #stream: TextStream;
  readonly #now: () => number;
  #last = 0;

  constructor(stream: TextStream, now: () => number) {
    this.#stream = stream;
    this.#now = now;
  }

  step(title: string): void {
    this.#write(title);
  }

  progress({ message, done, total }: Progress): void {
    if (this.#now() - this.#last >= QUIET) this.#write(`  ${message} (${done}/${total})`);
  }

  info(message: string): void {
    this.#write(message);
  }

  warn(message: string): void {
    this.#write(`warning: ${message}`);
  }

  stop(): void {}

  #write(text: string): void {
    const indent = text.startsWith(' ') ? '  ' : '';
    this.#stream.write(`${indent}${oneLine(text)}\n`);
    this.#last = this.#now();
  }
}

class BarDisplay implements ProgressDisplay {
  readonly #stream: TextStream;
  #bar: InstanceType<typeof cliProgress.SingleBar> | undefined;
  #title = '';

  constructor(stream: TextStream) {
    this.#stream = stream;
  }

  step(title: string): void {
    this.stop();
    this.#title = oneLine(title);
    this.#bar = new cliProgress.SingleBar(
      {
        format: '{title} {bar} {value}/{total} {message}',
        stream: this.#stream,
        clearOnComplete: true,
        hideCursor: true,
        // Ctrl-C belongs to the command, which shows the cursor again when it stops.
        gracefulExit: false,
      },
      cliProgress.Presets.rect,
    );
    this.#bar.start(1, 0, { title: this.#title, message: '' });
  }

  progress({ message, done, total }: Progress): void {
    this.#bar?.setTotal(Math.max(total, 1));
    this.#bar?.update(Math.min(done, total), { title: this.#title, message: oneLine(message) });
  }

  info(message: string): void {
    this.#print(message);
  }

  warn(message: string): void {
    this.#print(`warning: ${message}`);
  }

  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  /** The bar stands on the last line, so it goes away for the text and comes back below. */
  #print(text: string): void {
    const hadBar = this.#bar !== undefined;
    this.stop();
    this.#stream.write(`${oneLine(text)}\n`);
    if (hadBar) this.step(this.#title);
  }
}
