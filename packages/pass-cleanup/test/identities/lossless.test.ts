import { DATA_TYPES, type DataType, Tensor } from '@sentei/ir';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLossless, isSameKind } from '../../src/identities/lossless.ts';

const to = (type: DataType) => DATA_TYPES[type];

describe('isLossless', () => {
  it.each([
    ['float16', 'float32', true],
    ['bfloat16', 'float32', true],
    ['float32', 'float16', false],
    ['float16', 'bfloat16', false],
    ['bfloat16', 'float16', false],
    ['int32', 'float64', true],
    ['int32', 'float32', false],
    ['int64', 'float64', false],
    ['int8', 'float16', true],
    ['uint8', 'int16', true],
    ['uint8', 'int8', false],
    ['int8', 'uint8', false],
    ['int8', 'uint64', false],
    ['bool', 'float16', true],
    ['uint8', 'bool', false],
    ['float32', 'int64', false],
    ['string', 'string', false],
  ] as const)('%s to %s: %s', (from, target, expected) => {
    expect(isLossless(from, to(target))).toBe(expected);
  });

  it('holds for every float16 number in float32', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff }), (bits) => {
        const half = Tensor.fromBytes('float16', [1], new Uint8Array([bits & 255, bits >> 8]));
        const [value] = half.numbers();
        expect(Tensor.floats(half.numbers()).numbers()[0]).toBe(value);
      }),
    );
  });
});

describe('isSameKind', () => {
  it('puts signed and unsigned integers together and floats apart', () => {
    expect(isSameKind('int8', 'uint64')).toBe(true);
    expect(isSameKind('float16', 'float64')).toBe(true);
    expect(isSameKind('int32', 'float32')).toBe(false);
    expect(isSameKind('bool', 'uint8')).toBe(false);
    expect(isSameKind('string', 'string')).toBe(false);
  });
});
