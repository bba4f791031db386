import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inOneLine } from '../../src/doctor/finding.ts';

test('what programs say becomes part of a line', () => {
  expect(inOneLine(' a\n\tb\u001b[31m c \n')).toBe('a b [31m c');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 50 }), (text, longest) => {
      const line = inOneLine(text, longest);
      expect(line).not.toMatch(/\p{Cc}/u);
      expect(line.length).toBeLessThanOrEqual(longest);
    }),
  );
});
