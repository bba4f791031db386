import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeNumbers,
  encodeFloats,
  ownBuffer,
  packedLength,
  packTypedFields,
} from '../../src/graph/element.ts';

describe('packedLength', () => {
  it.each([
    ['float32', [2, 3], 24],
    ['int4', [3], 2],
    ['uint2', [5], 2],
    ['float6e3m2', [5], 4],
    ['complex128', [], 16],
    ['float32', [0, 2 ** 40], 0],
  ] as const)('%s %j takes %i bytes', (type, dims, length) => {
    expect(packedLength(type, dims)).toBe(length);
  });

  it('has no answer for strings', () => {
    expect(packedLength('string', [2])).toBeUndefined();
  });
});

describe('decodeNumbers', () => {
  it('undoes encodeFloats for every number the type can hold', () => {
    for (const type of ['float16', 'bfloat16'] as const) {
      const bytes = new Uint8Array(Uint16Array.from({ length: 65536 }, (_, bits) => bits).buffer);
      const numbers = decodeNumbers(bytes, type, 65536) ?? new Float64Array();
      const again = decodeNumbers(encodeFloats(numbers, type), type, 65536);
      expect(again).toEqual(numbers);
      const exact = [...numbers].filter((number) => !Number.isNaN(number)).length;
      expect(exact).toBe(type === 'float16' ? 65536 - 2 * 1023 : 65536 - 2 * 127);
    }
  });

  it('rounds to the nearest bfloat16', () => {
    const at = (bits: number) =>
      decodeNumbers(new Uint8Array(Uint16Array.of(bits).buffer), 'bfloat16', 1)?.[0] ?? 0;
    fc.assert(
      fc.property(fc.double({ min: -3e38, max: 3e38, noNaN: true }), (value) => {
        const [low = 0, high = 0] = encodeFloats([value], 'bfloat16');
        const bits = high * 256 + low;
        const error = Math.abs(at(bits) - value);
        for (const neighbour of [bits - 1, bits + 1]) {
          const other = at(neighbour & 0xffff);
          if (Number.isFinite(other)) expect(error).toBeLessThanOrEqual(Math.abs(other - value));
        }
      }),
    );
  });

  it('has no numbers for types it does not know', () => {
    expect(decodeNumbers(new Uint8Array(1), 'complex64', 1)).toBeUndefined();
  });
});

describe('packTypedFields', () => {
  it('takes nothing from absent fields', () => {
    expect(packTypedFields({}, 'float32')).toEqual(new Uint8Array());
  });
});

describe('ownBuffer', () => {
  it('copies only the bytes of the view', () => {
    const view = Uint8Array.from([1, 2, 3, 4]).subarray(1, 3);
    expect([...new Uint8Array(ownBuffer(view))]).toEqual([2, 3]);
  });
});
