import { SenteiError } from '@sentei/ir';
import { type Budget, parseBudget } from '@sentei/runtime';
import { InvalidArgumentError } from 'commander';

/** Reads the argument of `--budget`. */
export function readBudget(text: string): Budget {
  try {
    return parseBudget(text);
  } catch (error) {
    if (!(error instanceof SenteiError)) throw error;
    const { message, hint } = error;
    throw new InvalidArgumentError(hint === undefined ? message : `${message}; ${hint}`);
  }
}
