/// <reference path="./cli-progress-types.d.ts" />
import type { Progress } from '@sentei/ir';
import { formatDuration, oneLine } from '@sentei/report';
import cliProgress from 'cli-progress';
import { printJson } from './json.ts';
import { isInteractive, type Variables } from './paint.ts';
import { drawBar } from './progress-bar.ts';
import { TimeLeft } from './time-left.ts';

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
/** The same for programs that listen. */
const JSON_PAUSE = 1000;

/**
 * Bars on a terminal, and else plain lines: one for a step and, for long ones, one every few seconds.
 *
 * @param now a clock in milliseconds
 * @param variables of the environment: `TERM=dumb` and `CI` ask for lines
 */
export function displayProgress(
  stream: TextStream,
  now: () => number,
  variables: Variables = {},
): ProgressDisplay {
  return isInteractive(stream, variables) ? new BarDisplay(stream, now) : new LineDisplay(stream, now);
}

/** Lines of JSON, each an object with an `event`: `step`, `progress` (one a second at most), `info` or `warning`. */
export function displayJsonProgress(stream: TextStream, now: () => number): ProgressDisplay {
  const left = new TimeLeft();
  let last = now();
  const write = (event: string, facts: object) => {
    stream.write(printJson({ event, ...facts }, 0));
    last = now();
  };
  return {
    step(title) {
      left.reset();
      write('step', { title });
    },
    progress({ message, done, total }) {
      left.update(done, total, now() / 1000);
      if (now() - last < JSON_PAUSE) return;
      const seconds = left.at(now() / 1000);
      write('progress', { message, done, total, secondsLeft: seconds === undefined ? null : seconds });
    },
    info: (message) => write('info', { message }),
    warn: (message) => write('warning', { message }),
    stop() {},
  };
}

function timeInWords(seconds: number | undefined): string {
  return seconds === undefined ? '' : `${formatDuration(seconds)} left`;
}

class LineDisplay implements ProgressDisplay {
  readonly #stream: TextStream;
  readonly #now: () => number;
  readonly #left = new TimeLeft();
  #last = 0;

  constructor(stream: TextStream, now: () => number) {
    this.#stream = stream;
    this.#now = now;
  }

  step(title: string): void {
    this.#left.reset();
    this.#write(title);
  }

  progress({ message, done, total }: Progress): void {
    const now = this.#now();
    this.#left.update(done, total, now / 1000);
    if (now - this.#last < QUIET) return;
    const left = timeInWords(this.#left.at(now / 1000));
    this.#write(`  ${message} (${done}/${total})${left && `, ${left}`}`);
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
  readonly #now: () => number;
  readonly #left = new TimeLeft();
  #bar: InstanceType<typeof cliProgress.SingleBar> | undefined;
  #title = '';
  #at: Progress = { message: '', done: 0, total: 0 };

  constructor(stream: TextStream, now: () => number) {
    this.#stream = stream;
    this.#now = now;
  }

  step(title: string): void {
    this.stop();
    this.#left.reset();
    this.#title = oneLine(title);
    this.#at = { message: '', done: 0, total: 0 };
    this.#start();
  }

  progress({ message, done, total }: Progress): void {
    this.#left.update(done, total, this.#now() / 1000);
    this.#at = { message: oneLine(message), done: Math.min(done, total), total: Math.max(total, 1) };
    this.#bar?.update(this.#at.done);
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

  #start(): void {
    this.#bar = new cliProgress.SingleBar(
      {
        // Asked again ten times a second, so that the clock goes on and a new width of the terminal is seen.
        format: (_options, { maxWidth }) =>
          drawBar(
            { ...this.#at, title: this.#title, left: timeInWords(this.#left.at(this.#now() / 1000)) },
            maxWidth,
          ),
        stream: this.#stream,
        clearOnComplete: true,
        hideCursor: true,
        // Ctrl-C belongs to the command, which shows the cursor again when it stops.
        gracefulExit: false,
      },
      cliProgress.Presets.rect,
    );
    this.#bar.start(Math.max(this.#at.total, 1), this.#at.done);
  }

  /** The bar stands on the last line, so it goes away for the text and comes back below. */
  #print(text: string): void {
    const hadBar = this.#bar !== undefined;
    this.stop();
    this.#stream.write(`${oneLine(text)}\n`);
    if (hadBar) this.#start();
  }
}
