import fc from 'fast-check';
import { expect, test } from 'vitest';
import { oneLine } from '../../src/text/one-line.ts';

test('no text leaves its line or controls the terminal', () => {
  expect(oneLine('a\n\tb\u001b[31m c')).toBe('a b [31m c');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(oneLine(text)).not.toMatch(/\p{Cc}/u);
    }),
  );
});
