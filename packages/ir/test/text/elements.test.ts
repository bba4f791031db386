import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DataType, Tensor } from '../../src/index.ts';
import {
  parseElements,
  parseFloatLiteral,
  parseIntLiteral,
  printElements,
  printFloat32,
  printFloat64,
} from '../../src/text/elements.ts';

describe('numbers as text', () => {
  it.each([
    [0.1, '0.1'],
    [1, '1'],
    [-0, '-0.0'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NEGATIVE_INFINITY, '-inf'],
    [Number.NaN, 'nan'],
  ])('%s is written %s in the precision of float32', (value, text) => {
    expect(printFloat32(Math.fround(value))).toBe(text);
    expect(Math.fround(parseFloatLiteral(text) ?? 0)).toBe(Math.fround(value));
  });

  it('come back as they were', () => {
    fc.assert(
      fc.property(
        fc.double(),
        fc.float(),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        (double, float, integer) => {
          expect(parseFloatLiteral(printFloat64(double))).toBe(double);
          expect(Math.fround(parseFloatLiteral(printFloat32(float)) ?? 0)).toBe(float);
          expect(parseIntLiteral(`${integer}`)).toBe(integer);
        },
      ),
    );
  });

  it('is no number otherwise', () => {
    expect(['', '1.', 'x', '--1', '1e'].map((text) => parseIntLiteral(text))).toEqual(
      new Array(5).fill(undefined),
    );
  });
});

describe('elements of tensors', () => {
  it.each([
    'int64',
    'uint64',
    'float16',
    'bfloat16',
    'float32',
    'float64',
    'bool',
    'int8',
    'uint4',
  ] as DataType[])('of %s are printed so that they are read to the same bytes', (dataType) => {
    const tensor = Tensor.lazy(dataType, [4], () => new Uint8Array(tensor.byteLength).fill(1));
    const printed = printElements(dataType, tensor.bytes(), 4);
    expect(printed).toHaveLength(4);
    expect([...parseElements(dataType, printed ?? [], 4)]).toEqual([...tensor.bytes()]);
  });
});
