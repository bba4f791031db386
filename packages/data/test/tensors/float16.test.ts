import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFloat16, encodeFloat16, encodeFloat16Array } from '../../src/tensors/float16.ts';

test('known values decode and encode', () => {
  const known: [number, number][] = [
    [0x0000, 0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3c00, 1],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0xc000, -2],
    [0xfc00, Number.NEGATIVE_INFINITY],
  ];
  expect(known.map(([bits]) => decodeFloat16(bits))).toEqual(known.map(([, value]) => value));
  expect(known.map(([, value]) => encodeFloat16(value))).toEqual(known.map(([bits]) => bits));
});

test('every bit pattern that is a number survives a round trip', () => {
  const changed = Array.from({ length: 0x10000 }, (_, bits) => bits).filter((bits) => {
    const value = decodeFloat16(bits);
    return !Number.isNaN(value) && encodeFloat16(value) !== bits;
  });
  expect(changed).toEqual([]);
});

test('encoding takes the nearest number, ties to even', () => {
  expect(encodeFloat16(1 + 2 ** -11)).toBe(0x3c00);
  expect(encodeFloat16(1 + 3 * 2 ** -11)).toBe(0x3c02);
  expect(encodeFloat16(65519.9)).toBe(0x7bff);
  expect(encodeFloat16(65520)).toBe(0x7c00);
  fc.assert(
    fc.property(fc.double({ min: -65000, max: 65000, noNaN: true }), (value) => {
      const bits = encodeFloat16(value);
      const error = Math.abs(decodeFloat16(bits) - value);
      const neighbours = [bits - 1, bits + 1].filter((other) => (other & 0x7fff) < 0x7c00 && other >= 0);
      return neighbours.every((other) => error <= Math.abs(decodeFloat16(other) - value));
    }),
  );
});

test('what is not a number stays so', () => {
  expect(decodeFloat16(encodeFloat16(Number.NaN))).toBeNaN();
});

test('law: many values are encoded as each of them', () => {
  fc.assert(
    fc.property(fc.array(fc.double()), (values) => {
      expect([...encodeFloat16Array(values)]).toEqual(values.map(encodeFloat16));
    }),
  );
});

test('NaN has the quiet pattern, whichever way it is encoded', () => {
  expect([encodeFloat16(Number.NaN), ...encodeFloat16Array([Number.NaN])]).toEqual([0x7e00, 0x7e00]);
});
