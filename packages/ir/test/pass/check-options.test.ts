import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkOptions } from '../../src/pass/check-options.ts';
import { errorOf } from '../support/code-of.ts';

const schema = z.strictObject({ size: z.int().default(3) });

test('defaults are filled in, and faults named', () => {
  expect(checkOptions('a', schema, {})).toEqual({ size: 3 });
  const unknown = errorOf(() => checkOptions('a', schema, { sise: 1 }));
  expect([unknown?.code, unknown?.subject, unknown?.hint]).toEqual([
    'unknown-option',
    'sise',
    'a takes size',
  ]);
  const none = errorOf(() => checkOptions('a', z.strictObject({}), { size: 1 }));
  expect(none?.hint).toBe('a takes no options');
  const invalid = errorOf(() => checkOptions('a', schema, { size: 1.5 }));
  expect([invalid?.code, invalid?.subject]).toEqual(['invalid-option', 'size']);
});
