import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visibleText } from '../../src/text/visible-text.ts';

test('ordinary text stays as it is, in any script', () => {
  for (const text of ['layers.0/attention', 'שלום', '剪定 🌱', 'a < b & "c"'])
    expect(visibleText(text)).toBe(text);
});

test('what would control the page is shown instead', () => {
  expect(visibleText('a\u0000b\u001b[31m\u202etxt\u2066x')).toBe('a\ufffdb\ufffd[31m\ufffdtxt\ufffdx');
  expect(visibleText('two\r\nlines')).toBe('two lines');
  expect(visibleText('half \ud800')).toBe('half \ufffd');
});

test('long text is cut between characters and says how long it is', () => {
  expect(visibleText('x'.repeat(10_000), 5)).toBe('xxxxx… (10,000 characters)');
  expect(visibleText('🌱🌱🌱', 2)).toBe('🌱🌱… (6 characters)');
});

test('no text brings controls or half characters along', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20 }), (text, most) => {
      const shown = visibleText(text, most);
      expect(shown).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
      expect(visibleText(visibleText(text), 10_000)).toBe(visibleText(text));
    }),
  );
});
