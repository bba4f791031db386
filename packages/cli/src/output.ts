import { SenteiError } from '@sentei/ir';
import type { ExitCode } from './exit-codes.ts';
import { explainError } from './explain-error.ts';
import { printJson } from './json.ts';
import { createPaint, type Paint, type Variables } from './paint.ts';
import {
  displayJsonProgress,
  displayProgress,
  type Listener,
  type ProgressDisplay,
  SILENT,
  type TextStream,
} from './progress.ts';

/** What `--quiet` and `--json` ask for, before or after the name of any command. */
export interface OutputMode {
  /** Results and errors alone. */
  readonly quiet?: boolean | undefined;
  /** The result as one JSON document on stdout, all else as lines of JSON on stderr. */
  readonly json?: boolean | undefined;
}

/**
 * How a command speaks: results go to stdout, everything else to stderr. A command neither adds `--json` nor `--quiet`, nor
 * asks for them; it runs its work with a listener and hands over what came of it:
 *
 *     const report = await output.during((listener) => validate({ ...flags, signal, listener }));
 *     output.print(report, (report, paint) => `${paint.good('pass')} ${drawTables(report)}`);
 */
export interface Output {
  /** Shows progress for the time of the work, and takes the bar away when it ends or throws. */
  during<Result>(work: (listener: Listener) => Promise<Result>): Promise<Result>;
  /**
   * Writes a result: as the text that the function makes of it (which ends its last line), or as JSON.
   *
   * @param result what the JSON document holds; see `printJson` for values that JSON does not have
   */
  print<Result>(result: Result, text: (result: Result, paint: Paint) => string): void;
  /** Whether the result will be JSON: for the few commands that write to stdout while they work. */
  readonly isJson: boolean;
}

export interface OutputPlaces {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly variables?: Variables | undefined;
  /** A clock in milliseconds. */
  readonly now: () => number;
}

/** @param mode is asked when there is something to write, since options are read later than commands are made */
export function createOutput(places: OutputPlaces, mode: () => OutputMode): Output {
  const { stdout, stderr, variables = {}, now } = places;
  const display = (): ProgressDisplay => {
    const { quiet, json } = mode();
    if (quiet) return { ...SILENT, stop() {} };
    return json ? displayJsonProgress(stderr, now) : displayProgress(stderr, now, variables);
  };
  return {
    async during(work) {
      const shown = display();
      // Functions that stand for themselves, so that one of them can be handed on alone.
      const listener: Listener = {
        step: (title) => shown.step(title),
        progress: (progress) => shown.progress(progress),
        info: (message) => shown.info(message),
        warn: (message) => shown.warn(message),
      };
      try {
        return await work(listener);
      } finally {
        shown.stop();
      }
    },
    print(result, text) {
      stdout.write(mode().json ? printJson(result) : text(result, createPaint(stdout, variables)));
    },
    get isJson() {
      return mode().json === true;
    },
  };
}

/** An error as one line of JSON, with the words of {@link explainError}. */
export function errorLine(error: unknown, exitCode: ExitCode): string {
  const [message, hint] = explainError(error)
    .split('\n')
    .map((line) => line.replace(/^\w+: /, ''));
  const { code, subject } = error instanceof SenteiError ? error : { code: 'unexpected', subject: undefined };
  return printJson({ event: 'error', exitCode, code, message, hint, subject: subject ?? null }, 0);
}
