import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitsPerElement, DATA_TYPES } from '../../src/graph/data-type.ts';
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

/** Types whose elements have a fixed size, so that they can be written as numbers. */
const NUMERIC = (Object.keys(DATA_TYPES) as DataType[]).filter((type) => bitsPerElement(type) !== undefined);

describe('elements of tensors', () => {
  it('of every type come back bit by bit, or are not written as numbers at all', () => {
    const sizes = fc.nat(9);
    fc.assert(
      fc.property(
        fc.constantFrom(...NUMERIC),
        sizes,
        fc.infiniteStream(fc.nat(255)),
        (dataType, size, random) => {
          const length = Math.ceil((size * (bitsPerElement(dataType) ?? 0)) / 8);
          const bytes = Uint8Array.from([...random.take(length)]);
          const printed = printElements(dataType, bytes, size);
          if (printed !== undefined) expect(parseElements(dataType, printed, size)).toEqual(bytes);
        },
      ),
    );
  });

  it.each<[DataType, number[]]>([
    ['float32', [1, 0, 0xc0, 0x7f]],
    ['float32', [0, 0, 0xc0, 0xff]],
    ['float64', [1, 0, 0, 0, 0, 0, 0xf8, 0x7f]],
    ['int4', [0x1f]],
    ['float6e2m3', [0x40]],
  ])('of %s %j are no numbers: NaNs with a payload or a sign, bits of no element', (dataType, bytes) => {
    expect(printElements(dataType, Uint8Array.from(bytes), 1)).toBeUndefined();
  });

  it('of types without a fixed size are none', () => {
    expect(printElements('string', new Uint8Array(), 1)).toBeUndefined();
    expect(parseElements('undefined', ['1'], 1)).toBe('numbers of type undefined cannot be written out');
  });

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
