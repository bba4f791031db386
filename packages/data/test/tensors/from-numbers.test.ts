import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  faultOfNumber,
  firstNonFinite,
  tensorFromNumbers,
  toNumbers,
} from '../../src/tensors/from-numbers.ts';
import { ARRAY_OF, hostTensor, isTensorType } from '../../src/tensors/host-tensor.ts';

const TYPES = Object.keys(ARRAY_OF).filter(isTensorType);
const numeric = fc.constantFrom(
  ...TYPES.filter((type): type is Exclude<typeof type, 'string'> => type !== 'string'),
);

test('law: numbers without fault come back from a tensor of any type', () => {
  fc.assert(
    fc.property(numeric, fc.array(fc.integer({ min: -300, max: 70_000 })), (type, all) => {
      const values = all.filter((value) => faultOfNumber(type, value) === undefined);
      const tensor = tensorFromNumbers(type, [values.length], values);
      expect(tensor.data).toBeInstanceOf(ARRAY_OF[type]);
      const exact = type === 'float16' ? values.filter((value) => Math.abs(value) <= 2048) : values;
      const back = Array.from(toNumbers(tensor)).filter((_, at) => exact.includes(values[at] ?? Number.NaN));
      expect(back).toEqual(exact);
    }),
  );
});

test('numbers that are no elements of a type are told', () => {
  expect(faultOfNumber('int64', 1.5)).toBe('1.5 is no int64');
  expect(faultOfNumber('int64', 2 ** 53)).toMatch(/beyond int64/);
  expect(faultOfNumber('uint8', 256)).toMatch(/beyond uint8/);
  expect(faultOfNumber('bool', 2)).toMatch(/beyond bool/);
  expect(faultOfNumber('int8', Number.NaN)).toMatch(/no int8/);
  expect(faultOfNumber('string', 1)).toMatch(/no string/);
  expect(faultOfNumber('float32', Number.POSITIVE_INFINITY)).toBeUndefined();
});

test('the first element that is not finite is found in every floating-point type', () => {
  expect(firstNonFinite(hostTensor('float32', [3], Float32Array.of(1, Number.NaN, 2)))).toBe(1);
  expect(firstNonFinite(hostTensor('float64', [1], Float64Array.of(Number.NEGATIVE_INFINITY)))).toBe(0);
  expect(firstNonFinite(hostTensor('float16', [3], Uint16Array.of(0x7bff, 0x8000, 0xfc00)))).toBe(2);
  expect(firstNonFinite(hostTensor('float16', [1], Uint16Array.of(0x7bff)))).toBeUndefined();
  expect(firstNonFinite(hostTensor('int64', [1], BigInt64Array.of(1n)))).toBeUndefined();
});
