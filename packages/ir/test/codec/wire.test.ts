import { describe, expect, it } from 'vitest';
import { decodeModel, encodeModel, ownField } from '../../src/codec/wire.ts';
import { readModelBytes } from '../../src/index.ts';
import { codeOf, errorOf } from '../support/code-of.ts';
import { concat, tinyBytes, tinyMessage } from '../support/tiny-model.ts';

describe('decodeModel', () => {
  it('gives views of the file, not copies', () => {
    const bytes = tinyBytes();
    expect(decodeModel(bytes).graph?.initializer?.[0]?.rawData?.buffer).toBe(bytes.buffer);
  });

  it('refuses every shorter file, with one error', () => {
    const bytes = tinyBytes();
    const codes = Array.from({ length: bytes.length }, (_, length) =>
      codeOf(() => decodeModel(bytes.subarray(0, length))),
    );
    // The graph comes before the opset import, so files cut off between fields are models without opsets.
    const whole = codes.flatMap((code, length) => (code === 'nothing thrown' ? [length] : []));
    expect(whole).toEqual([bytes.length - 6]);
    expect(new Set(codes)).toEqual(new Set(['not-onnx', 'nothing thrown']));
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['zeros', new Uint8Array(4096)],
    [
      'a Git LFS pointer',
      new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'),
    ],
    ['JSON', new TextEncoder().encode('{"ir_version": 8}')],
    ['a length beyond the file', Uint8Array.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x07])],
    ['a length of ten bytes', Uint8Array.from([0x3a, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1])],
    ['an endless varint', new Uint8Array(64).fill(0xff)],
    ['a model without a graph', Uint8Array.from([0x08, 8])],
    ['a graph without an IR version', Uint8Array.from([0x3a, 0])],
    ['groups that never end', new Uint8Array(100_000).fill(0x0b)],
  ])('refuses %s', (_, bytes) => {
    const error = errorOf(() => decodeModel(bytes));
    expect(error?.code).toBe('not-onnx');
    expect(codeOf(() => readModelBytes(bytes))).toBe('not-onnx');
    expect(error?.hint).toContain('format');
  });

  it('refuses a tensor file (.pb)', () => {
    // dims 2, data type 1, raw data.
    expect(codeOf(() => decodeModel(Uint8Array.from([0x08, 2, 0x10, 1, 0x4a, 4, 0, 0, 128, 63])))).toBe(
      'not-onnx',
    );
  });

  it('refuses messages that nest without end, instead of running out of stack', () => {
    // model > graph > node > attribute > graph > ..., each message wrapped into the next.
    let inner: Uint8Array = new Uint8Array();
    const wrap = (tag: number) => {
      const length: number[] = [];
      for (let rest = inner.length; ; rest >>>= 7) {
        length.push(rest > 127 ? (rest & 127) | 128 : rest);
        if (rest <= 127) break;
      }
      inner = concat([tag], length, inner);
    };
    for (let depth = 0; depth < 400; depth++) for (const tag of [0x32, 0x2a, 0x0a]) wrap(tag);
    wrap(0x3a);
    expect(codeOf(() => decodeModel(concat([0x08, 8], inner)))).toBe('not-onnx');
    expect(codeOf(() => readModelBytes(concat([0x08, 8], inner)))).toBe('not-onnx');
  });

  it('tells names in other encodings apart and writes them back', () => {
    const bytes = tinyBytes({ docString: '~~~~', producerName: 'größe 🌲' });
    const at = bytes.lastIndexOf(0x7e);
    bytes.set([0xbd, 0xe1, 0xb9, 0xfb], at - 3);
    const message = decodeModel(bytes);
    expect(message.docString).toBe('\udcbd\udce1\udcb9\udcfb');
    expect(message.producerName).toBe('größe 🌲');
    expect([...encodeModel(message)]).toEqual([...bytes]);
  });

  it('keeps a byte order mark', () => {
    expect(decodeModel(tinyBytes({ docString: '\ufeffa' })).docString).toBe('\ufeffa');
  });
});

describe('encodeModel', () => {
  it('puts fields the schema does not know back into the message they came from', () => {
    const unknown = [Uint8Array.from([0x98, 6, 7])];
    const message = decodeModel(encodeModel({ ...tinyMessage(), $unknowns: unknown }));
    expect(message.$unknowns?.map((field) => [...field])).toEqual([[0x98, 6, 7]]);
    expect(Object.keys(message)).not.toContain('$unknowns');
  });
});

describe('ownField', () => {
  it('does not see the defaults that decoded messages inherit', () => {
    const tensor = decodeModel(tinyBytes({}, { initializer: [{ dataType: 1 }] })).graph?.initializer?.[0];
    expect(tensor?.rawData).toEqual([]);
    expect(ownField(tensor ?? {}, 'rawData')).toBeUndefined();
    expect(ownField(tensor ?? {}, 'dataType')).toBe(1);
  });
});
