import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wrapLine } from '../../src/validation/wrap-line.ts';

test('lines break at spaces, and long words stay whole', () => {
  expect(wrapLine('one two three', 7)).toBe('one two\n  three\n');
  expect(wrapLine('it is [1 %, 2 x] of', 9)).toBe('it is\n  [1 %,\n  2 x] of\n');
  expect(wrapLine('a-very-long-word b', 4)).toBe('a-very-long-word\n  b\n');
});

test('colours take no room, and no word is lost', () => {
  expect(wrapLine('\u001b[32mpass\u001b[39m it', 7)).toBe('\u001b[32mpass\u001b[39m it\n');
  const words = fc.array(fc.stringMatching(/^[a-w]{1,9}$/), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(words, fc.integer({ min: 12, max: 80 }), (list, width) => {
      const lines = wrapLine(list.join(' '), width).trimEnd().split('\n');
      expect(lines.every((line) => line.length <= width)).toBe(true);
      expect(lines.flatMap((line) => line.trim().split(' '))).toEqual(list);
    }),
  );
});
