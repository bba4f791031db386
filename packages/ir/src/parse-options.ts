import type { z } from 'zod';
import { SenteiError } from './errors.ts';

/**
 * Fills in defaults and checks options.
 *
 * @throws SenteiError `invalid-option`, one line that names each option at fault
 */
export function parseOptions<Schema extends z.ZodType>(schema: Schema, options: unknown): z.output<Schema> {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) =>
    path.length ? `${path.join('.')}: ${message}` : message,
  );
  throw new SenteiError('invalid-option', faults.join('; '), { cause: result.error });
}
