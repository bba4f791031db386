import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { dataTypeName } from '../../src/graph/data-type.ts';
import { bitsPerElement, DATA_TYPES } from '../../src/index.ts';

describe('DATA_TYPES', () => {
  it('has the numbers of the specification', () => {
    const spelt: Record<string, string> = { FLOAT: 'float32', DOUBLE: 'float64' };
    const known = Object.entries(onnxProto.onnx.TensorProto.DataType).filter(
      ([, code]) => typeof code === 'number',
    );
    expect(known.length).toBe(17);
    for (const [name, code] of known)
      expect(dataTypeName(Number(code))).toBe(spelt[name] ?? name.toLowerCase());
    expect(Object.values(DATA_TYPES)).toEqual(Array.from({ length: 29 }, (_, code) => code));
    expect(dataTypeName(29)).toBeUndefined();
  });
});

describe('bitsPerElement', () => {
  it('follows the names, and is unknown for strings', () => {
    for (const type of Object.keys(DATA_TYPES) as (keyof typeof DATA_TYPES)[]) {
      const digits = /\d+/.exec(type)?.[0];
      const expected = type === 'bool' ? 8 : digits === undefined ? undefined : Number(digits);
      expect([type, bitsPerElement(type)]).toEqual([type, expected]);
    }
  });
});
