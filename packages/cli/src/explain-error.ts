import { SenteiError } from '@sentei/ir';
import { oneLine } from '@sentei/report';
import { exitCodeOf } from './exit-codes.ts';

const HINTS: Readonly<Record<number, string>> = {
  1: 'this is a defect of Sentei: run again with SENTEI_DEBUG=1 and report what it says',
  3: 'check that the file is a complete ONNX model',
  4: 'see the help of the command, and the passes and their options in the README',
  5: 'mend the data or its card: the README of @sentei/data says what they can be',
  6: 'check that the folder may be written to and has room',
  7: 'sentei doctor says what this machine can run; prune --validation none does not run the result',
  8: 'raise the budget, or leave out the pass that costs most',
  9: 'passes and models have to be the same as when it was found',
  10: 'a log is never mended: keep it, and write the next run to a new one',
  130: 'nothing was written',
};

/**
 * Says an error in two lines, what is wrong and what to do about it, without control characters.
 *
 * @param trace adds the stack trace of the error and of its causes
 */
export function explainError(error: unknown, trace = false): string {
  const what = error instanceof SenteiError ? error.message : `unexpected: ${messageOf(error)}`;
  const hint = (error instanceof SenteiError && error.hint) || HINTS[exitCodeOf(error)];
  const lines = [`sentei: ${oneLine(what)}`, `hint: ${oneLine(hint ?? '')}`];
  for (let cause = error; trace && cause instanceof Error; cause = cause.cause) {
    lines.push(cause.stack ?? cause.message);
  }
  return `${lines.join('\n')}\n`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
