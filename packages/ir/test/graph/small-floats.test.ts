import { describe, expect, it } from 'vitest';
import { smallFloatTable } from '../../src/graph/small-floats.ts';
import { DATA_TYPES, type DataType, Tensor } from '../../src/index.ts';

describe('smallFloatTable', () => {
  // Largest, smallest positive, and some patterns of each type, from the tables of the ONNX specification.
  it.each([
    ['float8e4m3fn', { 126: 448, 1: 2 ** -9, 56: 1, 184: -1, 127: Number.NaN, 255: Number.NaN, 128: -0 }],
    ['float8e4m3fnuz', { 127: 240, 1: 2 ** -10, 64: 1, 128: Number.NaN, 255: -240 }],
    ['float8e5m2', { 123: 57344, 1: 2 ** -16, 60: 1, 124: Number.POSITIVE_INFINITY, 253: Number.NaN }],
    ['float8e5m2fnuz', { 127: 57344, 1: 2 ** -17, 64: 1, 128: Number.NaN }],
    ['float8e8m0', { 0: 2 ** -127, 127: 1, 254: 2 ** 127, 255: Number.NaN }],
    ['float6e2m3', { 31: 7.5, 1: 0.125, 8: 1, 63: -7.5 }],
    ['float6e3m2', { 31: 28, 1: 0.0625, 12: 1, 63: -28 }],
    ['float4e2m1', { 0: 0, 1: 0.5, 2: 1, 3: 1.5, 4: 2, 5: 3, 6: 4, 7: 6, 15: -6 }],
  ] as [DataType, Record<number, number>][])('%s', (dataType, patterns) => {
    const table = smallFloatTable(dataType);
    for (const [bits, number] of Object.entries(patterns))
      expect([bits, table?.[Number(bits)]]).toEqual([bits, number]);
  });

  it('is absent for other types', () => {
    expect(smallFloatTable('float16')).toBeUndefined();
    expect(smallFloatTable('int4')).toBeUndefined();
  });
});

describe('numbers of packed tensors', () => {
  it('reads four 6-bit elements from three bytes', () => {
    // 0x08, 0x1f, 0x3f, 0x01 from the lowest bits up.
    const stream = 0x08 | (0x1f << 6) | (0x3f << 12) | (0x01 << 18);
    const bytes = Uint8Array.from([stream & 0xff, (stream >> 8) & 0xff, stream >> 16]);
    expect([...Tensor.fromBytes('float6e2m3', [4], bytes).numbers()]).toEqual([1, 7.5, -7.5, 0.125]);
  });

  it('reads every type but strings, complex numbers and those of later versions', () => {
    const refused = new Set(['undefined', 'string', 'complex64', 'complex128']);
    for (const name of Object.keys(DATA_TYPES) as DataType[]) {
      if (refused.has(name)) continue;
      const tensor = Tensor.lazy(name, [3], () => new Uint8Array(tensor.byteLength));
      expect([name, tensor.numbers().length]).toEqual([name, 3]);
    }
  });
});
