import { SenteiError } from '@sentei/ir';

/** An `invalid-data` error: one line that starts with the file, row or card at fault. */
export function invalidData(subject: string, fault: string, hint?: string, cause?: unknown): SenteiError {
  return new SenteiError('invalid-data', `${subject}: ${fault}`, {
    subject,
    ...(hint !== undefined && { hint }),
    ...(cause !== undefined && { cause }),
  });
}
