import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printJson } from '../src/json.ts';

test('what JSON does not have is written in other words', () => {
  const value = {
    largest: Number.POSITIVE_INFINITY,
    nothing: Number.NaN,
    big: 2n ** 64n,
    list: Float32Array.of(1, 0.5),
    map: new Map([['a', new Set([1n])]]),
  };
  expect(JSON.parse(printJson(value))).toEqual({
    largest: 'Infinity',
    nothing: 'NaN',
    big: '18446744073709551616',
    list: [1, 0.5],
    map: { a: ['1'] },
  });
});

test('plain values come back as they were, on one line where asked', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const line = printJson(value, 0);
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(JSON.stringify(JSON.parse(line))).toBe(JSON.stringify(value));
    }),
  );
});
