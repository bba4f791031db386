import type { z } from 'zod';
import { SenteiError } from '../errors.ts';

/**
 * Fills in the defaults of a pass's options.
 *
 * @throws SenteiError `unknown-option`, `invalid-option`, each naming the option
 */
export function checkOptions<Schema extends z.ZodObject>(
  id: string,
  schema: Schema,
  options: object,
): z.output<Schema> {
  const known = Object.keys(schema.shape);
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const hint = known.length === 0 ? `${id} takes no options` : `${id} takes ${known.join(', ')}`;
    throw new SenteiError('unknown-option', `pass ${id} has no option '${name}'`, { subject: name, hint });
  }
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const name = issue?.path.join('.') ?? '';
  throw new SenteiError('invalid-option', `option '${name}' of pass ${id} is invalid: ${issue?.message}`, {
    subject: name,
    hint: `see the options of ${id} in its README`,
  });
}
