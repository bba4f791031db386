import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextByteBits } from '../../src/metrics/next-byte-bits.ts';

test('equal logits cost eight bits a byte', () => {
  expect(nextByteBits(new Float32Array(3 * 256), 256, Uint8Array.of(9, 200, 0))).toBeCloseTo(8, 12);
});

test('each row predicts the byte after it, and the last row is not read', () => {
  // p = 1/2 for byte 1, 1/4 for byte 0, 1/4 for byte 2.
  const row = [Math.log(0.25), Math.log(0.5), Math.log(0.25)];
  const unread = [Number.NaN, Number.NaN, Number.NaN];
  expect(nextByteBits([...row, ...row, ...unread], 3, Uint8Array.of(2, 1, 0))).toBeCloseTo((1 + 2) / 2, 12);
});

test('a constant added to a row changes nothing, even far beyond what exp can take', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 4, maxLength: 4 }),
      fc.integer({ min: -2000, max: 2000 }),
      (row, shift) => {
        const window = Uint8Array.of(0, 3);
        const shifted = row.map((logit) => logit + shift);
        expect(nextByteBits(shifted, 4, window)).toBeCloseTo(nextByteBits(row, 4, window), 8);
      },
    ),
  );
});

test('logits that are not numbers give no number', () => {
  expect(nextByteBits([Number.NaN, 0, 0, 0], 2, Uint8Array.of(0, 1))).toBeNaN();
});
