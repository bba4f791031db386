import { expect, test } from 'vitest';
import { invalidData } from '../src/invalid-data.ts';

test('the message starts with what is at fault', () => {
  const cause = new Error('why');
  expect(invalidData('x.npy', 'is broken', 'mend it', cause)).toMatchObject({
    code: 'invalid-data',
    subject: 'x.npy',
    message: 'x.npy: is broken',
    hint: 'mend it',
    cause,
  });
  expect(invalidData('x.npy', 'is broken').hint).toBeUndefined();
});
