import { describe, expect, it } from 'vitest';
import type { TensorProto } from '../../src/codec/messages.ts';
import { decodeModel, encodeModel, ownField } from '../../src/codec/wire.ts';
import { DATA_TYPES, type DataType, readModelBytes, Tensor, writeModelBytes } from '../../src/index.ts';
import { codeOf } from '../support/code-of.ts';
import { tensorFromProto } from '../support/tensor-from-proto.ts';
import { tinyMessage, tinyModel } from '../support/tiny-model.ts';

/** The tensor as it comes out of a file, where absent fields inherit defaults. */
function fromFile(message: TensorProto): Tensor {
  const bytes = encodeModel(tinyMessage({}, { initializer: [{ ...message, name: 'w' }] }));
  const [w] = [...readModelBytes(bytes).graph.initializers];
  if (w?.tensor === undefined) throw new Error('no tensor');
  return w.tensor;
}

function typed(dataType: DataType, dims: readonly number[], data: TensorProto): Tensor {
  return fromFile({ dims: [...dims], dataType: DATA_TYPES[dataType], ...data });
}

function raw(dataType: DataType, dims: readonly number[], bytes: readonly number[]): Tensor {
  return typed(dataType, dims, { rawData: Uint8Array.from(bytes) });
}

describe('Tensor.numbers', () => {
  // [type, size, typed fields, little-endian bytes, numbers]
  const cases: [DataType, number, TensorProto, number[], number[]][] = [
    ['float32', 2, { floatData: [1, -0] }, [0, 0, 128, 63, 0, 0, 0, 128], [1, -0]],
    ['float64', 1, { doubleData: [-2] }, [0, 0, 0, 0, 0, 0, 0, 0xc0], [-2]],
    ['float16', 2, { int32Data: [0x3c00, 0x0001] }, [0, 0x3c, 1, 0], [1, 2 ** -24]],
    ['bfloat16', 2, { int32Data: [0x3f80, 0xff80] }, [0x80, 0x3f, 0x80, 0xff], [1, Number.NEGATIVE_INFINITY]],
    ['int64', 1, { int64Data: [-3] }, [253, 255, 255, 255, 255, 255, 255, 255], [-3]],
    ['uint64', 1, { uint64Data: [3] }, [3, 0, 0, 0, 0, 0, 0, 0], [3]],
    ['int32', 1, { int32Data: [-2] }, [254, 255, 255, 255], [-2]],
    ['uint32', 1, { uint64Data: [2 ** 32 - 1] }, [255, 255, 255, 255], [2 ** 32 - 1]],
    ['int16', 1, { int32Data: [-2] }, [254, 255], [-2]],
    ['uint16', 1, { int32Data: [65535] }, [255, 255], [65535]],
    ['int8', 2, { int32Data: [-128, 127] }, [128, 127], [-128, 127]],
    ['uint8', 2, { int32Data: [255, 0] }, [255, 0], [255, 0]],
    ['bool', 2, { int32Data: [1, 0] }, [1, 0], [1, 0]],
    ['int4', 3, { int32Data: [0xf7, 0x08] }, [0xf7, 0x08], [7, -1, -8]],
    ['uint4', 3, { int32Data: [0xf7, 0x08] }, [0xf7, 0x08], [7, 15, 8]],
    ['int2', 5, { int32Data: [0b11100100, 0b01] }, [0b11100100, 1], [0, 1, -2, -1, 1]],
    ['uint2', 5, { int32Data: [0b11100100, 0b01] }, [0b11100100, 1], [0, 1, 2, 3, 1]],
  ];

  it.each(cases)('%s: the same from typed fields and raw data', (type, size, fields, bytes, numbers) => {
    for (const tensor of [typed(type, [size], fields), raw(type, [size], bytes)]) {
      expect([...tensor.bytes()]).toEqual(bytes);
      expect([...tensor.numbers()]).toEqual(numbers);
    }
  });

  it('packs 6-bit floats of typed fields, which hold one per entry', () => {
    const tensor = typed('float6e2m3', [5], { int32Data: [1, 2, 3, 4, 0x3f] });
    expect([...tensor.bytes()]).toEqual([0x81, 0x30, 0x10, 0x3f]);
    expect([...tensor.numbers()]).toEqual([0.125, 0.25, 0.375, 0.5, -7.5]);
  });

  it('reads numbers at offsets that are not aligned', () => {
    const bytes = Uint8Array.from([9, 0, 0, 128, 63]).subarray(1);
    expect([...Tensor.fromBytes('float32', [1], bytes).numbers()]).toEqual([1]);
  });

  it('is unsupported for strings, complex numbers and types of later versions', () => {
    const strings = typed('string', [1], { stringData: [Uint8Array.from([65])] });
    expect(codeOf(() => strings.bytes())).toBe('unsupported-model');
    expect(codeOf(() => strings.numbers())).toBe('unsupported-model');
    expect(strings.byteLength).toBe(0);
    const complex = typed('complex64', [1], { floatData: [1, 2] });
    expect([complex.bytes().length, codeOf(() => complex.numbers())]).toEqual([8, 'unsupported-model']);
    const later = fromFile({ dims: [1], dataType: 99, rawData: Uint8Array.from([1]) });
    expect([later.dataType, codeOf(() => later.numbers())]).toEqual(['undefined', 'unsupported-model']);
  });

  it('refuses data that does not fill the shape', () => {
    expect(codeOf(() => raw('float32', [2], [0, 0, 0, 0]).numbers())).toBe('invalid-graph');
    expect(codeOf(() => typed('float32', [2], { floatData: [1, 2, 3] }).numbers())).toBe('invalid-graph');
    expect(codeOf(() => typed('int4', [4], { int32Data: [1] }).numbers())).toBe('invalid-graph');
    expect(codeOf(() => fromFile({ dims: [1], dataType: 1 }).numbers())).toBe('invalid-graph');
    expect(codeOf(() => Tensor.fromBytes('float32', [2], new Uint8Array(4)))).toBe('invalid-graph');
    expect(codeOf(() => Tensor.fromBytes('float32', [-1, -1], new Uint8Array(4)))).toBe('invalid-graph');
  });

  it('reads tensors without elements and without axes', () => {
    expect(raw('float32', [0, 3], []).numbers()).toEqual(new Float64Array());
    expect(typed('float32', [0], {}).numbers()).toEqual(new Float64Array());
    expect([...typed('int64', [], { int64Data: [7] }).numbers()]).toEqual([7]);
  });
});

describe('Tensor.bigints', () => {
  it('is exact where numbers are not', () => {
    const bytes = [255, 255, 255, 255, 255, 255, 255, 127];
    expect(raw('int64', [1], bytes).bigints()).toEqual([2n ** 63n - 1n]);
    expect(raw('uint64', [1], [0, 0, 0, 0, 0, 0, 0, 128]).bigints()).toEqual([2n ** 63n]);
    expect(typed('int8', [2], { int32Data: [-1, 1] }).bigints()).toEqual([-1n, 1n]);
    expect(Tensor.bool([true, false]).bigints()).toEqual([1n, 0n]);
    expect(codeOf(() => Tensor.floats([1.5]).bigints())).toBe('unsupported-model');
  });
});

describe('Tensor.floats', () => {
  const bits = (value: number, type: 'float16' | 'bfloat16') => {
    const bytes = Tensor.floats([value], [1], type).bytes();
    return (bytes[1] ?? 0) * 256 + (bytes[0] ?? 0);
  };

  it.each([
    [1, 0x3c00],
    [-0, 0x8000],
    [65504, 0x7bff],
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [2 ** -25 * 1.0001, 0x0001],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    // Just above the tie: rounding by way of float32 would lose the difference.
    [1 + 2 ** -11 + 2 ** -40, 0x3c01],
    [Number.NEGATIVE_INFINITY, 0xfc00],
    [Number.NaN, 0x7e00],
  ])('rounds %d to the float16 %i', (value, expected) => {
    expect(bits(value, 'float16')).toBe(expected);
  });

  it.each([
    [1, 0x3f80],
    [-0, 0x8000],
    [Math.PI, 0x4049],
    [1 + 2 ** -8, 0x3f80],
    [1 + 3 * 2 ** -8, 0x3f82],
    [1 + 2 ** -8 + 2 ** -40, 0x3f81],
    [-(1 + 2 ** -8 + 2 ** -40), 0xbf81],
    [1 + 3 * 2 ** -8 - 2 ** -40, 0x3f81],
    [2 ** -133, 0x0001],
    [2 ** -134, 0x0000],
    [2 ** -134 * (1 + 2 ** -30), 0x0001],
    [2 ** -200, 0x0000],
    [-(2 ** -200), 0x8000],
    [3.3895313892515355e38, 0x7f7f],
    [3.4e38, 0x7f80],
    [1e300, 0x7f80],
    [Number.POSITIVE_INFINITY, 0x7f80],
    [Number.NaN, 0x7fc0],
  ])('rounds %d to the bfloat16 %i', (value, expected) => {
    expect(bits(value, 'bfloat16')).toBe(expected);
  });

  it('keeps a NaN with a full payload a NaN', () => {
    const [nan] = new Float32Array(Uint32Array.from([0x7fffffff]).buffer);
    expect(Tensor.floats([nan ?? 0], [1], 'bfloat16').numbers()[0]).toBeNaN();
  });

  it('keeps -0, infinities and subnormals of float32 and float64', () => {
    const values = [-0, Number.NEGATIVE_INFINITY, 2 ** -149, 2 ** -1074];
    expect([...Tensor.floats(values, [4], 'float64').numbers()]).toEqual(values);
    expect([...Tensor.floats(values).numbers()]).toEqual([-0, Number.NEGATIVE_INFINITY, 2 ** -149, 0]);
  });
});

describe('Tensor', () => {
  it('knows its size, bytes and whether it holds floats, without decoding', () => {
    const tensor = raw('int4', [3, 3], [0, 0, 0, 0, 0]);
    expect([tensor.size, tensor.byteLength, tensor.isFloat]).toEqual([9, 5, false]);
    expect(Tensor.floats([1], [], 'bfloat16').isFloat).toBe(true);
  });

  it('is written under another name with the encoding and the doc string it came with', () => {
    const message: TensorProto = { dims: [1], dataType: 1, floatData: [1], docString: 'doc', name: 'v' };
    const model = tinyModel();
    model.w.tensor = tensorFromProto(message);
    const [written] = decodeModel(writeModelBytes(model.model)).graph?.initializer ?? [];
    expect([written?.name, written?.floatData, written?.docString]).toEqual(['w', [1], 'doc']);
    expect(written && ownField(written, 'rawData')).toBeUndefined();
  });

  it('holds metadata of its own, which is written', () => {
    const model = tinyModel();
    model.w.tensor = Tensor.floats([1, 2]).withMetadata(new Map([['a', 'b']]));
    const again = readModelBytes(writeModelBytes(model.model));
    const [w] = [...again.graph.initializers];
    expect([...(w?.tensor?.metadataProps ?? [])]).toEqual([['a', 'b']]);
    if (w) w.tensor = w.tensor?.withMetadata(new Map([['a', 'c']]));
    const [twice] = [...readModelBytes(writeModelBytes(again)).graph.initializers];
    expect([...(twice?.tensor?.metadataProps ?? [])]).toEqual([['a', 'c']]);
    expect(twice?.tensor?.numbers()).toEqual(Float64Array.from([1, 2]));
  });

  it('computes lazy bytes when they are asked for or written', () => {
    const model = tinyModel();
    let reads = 0;
    model.w.tensor = Tensor.lazy('float32', [2], () => {
      reads++;
      return new Uint8Array(Float32Array.from([3, 4]).buffer);
    });
    const [w] = [...readModelBytes(writeModelBytes(model.model)).graph.initializers];
    expect([w?.tensor?.numbers(), reads]).toEqual([Float64Array.from([3, 4]), 1]);
    expect(codeOf(() => Tensor.lazy('float32', [3], () => new Uint8Array(8)).bytes())).toBe('invalid-graph');
  });

  it('reads strings', () => {
    const stringData = ['a', 'größe'].map((text) => new TextEncoder().encode(text));
    expect(tensorFromProto({ dims: [2], dataType: 8, stringData }).strings()).toEqual(['a', 'größe']);
    expect(codeOf(() => tensorFromProto({ dims: [3], dataType: 8, stringData }).strings())).toBe(
      'invalid-graph',
    );
    expect(codeOf(() => Tensor.floats([1]).strings())).toBe('unsupported-model');
  });
});
