import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../../src/calibration/bytes.ts';
import { ReproducibleSums } from '../../src/calibration/reproducible-sums.ts';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e290, max: 1e290 });
const moderate = fc.double({ noNaN: true, min: -1e6, max: 1e6 });

function sumOf(terms: readonly number[]): ReproducibleSums {
  const sums = new ReproducibleSums(1);
  for (const term of terms) sums.add(Float64Array.of(term));
  return sums;
}

function bytesOf(sums: ReproducibleSums): Uint8Array {
  const writer = new ByteWriter();
  sums.write(writer);
  return writer.finish();
}

/** A float64 number as a multiple of 2^-1074. */
function exactly(value: number): bigint {
  const bits = new BigInt64Array(Float64Array.of(value).buffer)[0] ?? 0n;
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const size = exponent === 0 ? fraction : (fraction | (1n << 52n)) << BigInt(exponent - 1);
  return bits < 0n ? -size : size;
}

test('law: order and division into merged sums change no bit', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(finite, moderate), { maxLength: 30 }),
      fc.nat(30),
      fc.nat(30),
      (terms, a, b) => {
        const whole = sumOf(terms);
        const [first, second] = [Math.min(a, b), Math.max(a, b)];
        const parts = [terms.slice(second), terms.slice(0, first).reverse(), terms.slice(first, second)];
        const merged = new ReproducibleSums(1);
        for (const part of parts) merged.merge(sumOf(part));
        expect(bytesOf(merged)).toEqual(bytesOf(whole));
        expect(merged.values()).toEqual(whole.values());
      },
    ),
  );
});

test('law: the sum is within 2^-60 of the sum of the sizes of the terms, before it is rounded', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(finite, moderate), { minLength: 1, maxLength: 30 }), (terms) => {
      const { mantissa, exponent } = sumOf(terms).exact(0);
      const found =
        exponent >= -1074 ? mantissa << BigInt(exponent + 1074) : mantissa >> BigInt(-1074 - exponent);
      const wanted = terms.reduce((sum, term) => sum + exactly(term), 0n);
      const largest = terms.reduce((sum, term) => sum + exactly(Math.abs(term)), 0n);
      const error = found > wanted ? found - wanted : wanted - found;
      // Below 2^-900 nothing is kept.
      expect(error << 60n <= largest + (1n << (60n + 1074n - 900n))).toBe(true);
    }),
  );
});

test('what cancels leaves what is small, which plain sums lose', () => {
  expect(sumOf([1e16, 1, -1e16]).values()).toEqual(Float64Array.of(1));
  expect(sumOf([2 ** 80, 2 ** 20, -(2 ** 80)]).values()).toEqual(Float64Array.of(2 ** 20));
  expect(sumOf(Array.from({ length: 1000 }, () => 0.1)).values()[0]).toBe(100);
});

test('sums of one array are independent of each other', () => {
  const sums = new ReproducibleSums(3);
  sums.add(Float64Array.of(1e200, 1e-200, 3));
  sums.add(Float64Array.of(1, 1e-200, Number.POSITIVE_INFINITY));
  expect([...sums.values()]).toEqual([1e200, 2e-200, Number.NaN]);
});

test('more terms than can be summed exactly are refused', () => {
  const writer = new ByteWriter();
  new ReproducibleSums(0).write(writer);
  const bytes = writer.finish();
  new Float64Array(bytes.buffer)[0] = 2 ** 21;
  const full = ReproducibleSums.read(new ByteReader(bytes, 'x'), 0);
  expect(() => full.add(new Float64Array())).toThrow(expect.objectContaining({ code: 'invalid-data' }));
});

test('bytes that no sums have written are refused', () => {
  const bytes = bytesOf(sumOf([1]));
  bytes[8] = 200;
  expect(() => ReproducibleSums.read(new ByteReader(bytes, 'x'), 1)).toThrow('out of range');
});
