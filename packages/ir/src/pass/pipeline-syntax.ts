import { SenteiError } from '../errors.ts';

/** The error of every pipeline that cannot be read. */
export function syntaxError(message: string): SenteiError {
  return new SenteiError('pipeline-syntax', `the pipeline cannot be read: ${message}`, {
    hint: 'write passes with commas between them and options in braces: cleanup, acp{epsilon=4.5e-5 block=128}',
  });
}
