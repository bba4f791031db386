import { spawn } from 'node:child_process';
import { SenteiError } from '@sentei/ir';

const WORD = /"([^"]*)"|'([^']*)'|[^\s"']+/g;

/**
 * Splits a command into words at spaces; quotes keep words together. Nothing else is special, since no shell reads it.
 *
 * @param file stands in for each `{}`, and comes last where there is none
 * @throws SenteiError `invalid-option` for an empty command
 */
export function commandWords(command: string, file: string): [string, ...string[]] {
  const words = [...command.matchAll(WORD)].map(([word, double, single]) => double ?? single ?? word);
  const filled = words.map((word) => word.replaceAll('{}', () => file));
  const [program, ...rest] = command.includes('{}') ? filled : [...filled, file];
  if (words.length === 0 || program === undefined) {
    throw new SenteiError('invalid-option', 'the command is empty', {
      subject: '--command',
      hint: 'give a program and its arguments, with {} for the model file',
    });
  }
  return [program, ...rest];
}

/**
 * Runs a program of the user's with a model file, without a shell. What it writes is not kept.
 *
 * @returns whether it ended with 0
 * @throws SenteiError `invalid-option` when it cannot be started, `cancelled`
 */
export function runCommand(command: string, file: string, signal?: AbortSignal): Promise<boolean> {
  const [program, ...words] = commandWords(command, file);
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: 'ignore', ...(signal ? { signal } : {}) });
    child.once('error', (cause) => {
      if (signal?.aborted)
        return reject(new SenteiError('cancelled', `${program} was interrupted`, { cause }));
      const hint = 'give a program that can be started without a shell';
      reject(
        new SenteiError('invalid-option', `${program} cannot be started (${cause.message})`, {
          subject: program,
          hint,
          cause,
        }),
      );
    });
    child.once('close', (code) => resolve(code === 0));
  });
}
