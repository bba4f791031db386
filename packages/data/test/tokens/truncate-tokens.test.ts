import fc from 'fast-check';
import { expect, test } from 'vitest';
import { truncateTokens } from '../../src/tokens/truncate-tokens.ts';

const text = (length: number): number[] => Array.from({ length }, (_, index) => index);
const lengths = (first: number, second: number, room: number) =>
  truncateTokens([text(first), text(second)], room).map(({ length }) => length);

test('one text is cut at its end', () => {
  expect(truncateTokens([text(5)], 3)).toEqual([[0, 1, 2]]);
  expect(truncateTokens([text(2)], 3)).toEqual([[0, 1]]);
});

test('of two the longer is cut, and both only where both are longer than half the room', () => {
  expect(lengths(3, 4, 7)).toEqual([3, 4]);
  expect(lengths(2, 20, 9)).toEqual([2, 7]);
  expect(lengths(20, 2, 9)).toEqual([7, 2]);
  expect(lengths(20, 30, 9)).toEqual([4, 5]);
  expect(lengths(30, 20, 9)).toEqual([5, 4]);
});

test('law: two texts fill the room where they are longer, and neither grows', () => {
  fc.assert(
    fc.property(fc.nat(40), fc.nat(40), fc.nat(40), (first, second, room) => {
      const [a = 0, b = 0] = lengths(first, second, room);
      expect(a + b).toBe(Math.min(first + second, room));
      expect(a <= first && b <= second).toBe(true);
    }),
  );
});
