import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cursor, MOST_NESTING, readText, sliceOf, viewOf, WIRE } from '../../src/codec/cursor.ts';
import { codeOf } from '../support/code-of.ts';

const cursorOf = (...bytes: number[]) => new Cursor(sliceOf(Uint8Array.from(bytes)));

describe('Cursor', () => {
  it('walks fields of every wire type', () => {
    const cursor = cursorOf(
      0x08,
      0x96,
      0x01,
      0x12,
      2,
      104,
      105,
      0x1d,
      0,
      0,
      128,
      63,
      0x21,
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
    );
    expect([cursor.next(), cursor.field, cursor.wireType, cursor.varint()]).toEqual([
      true,
      1,
      WIRE.varint,
      150,
    ]);
    expect([cursor.next(), cursor.field, cursor.text()]).toEqual([true, 2, 'hi']);
    expect([cursor.next(), cursor.field, cursor.float()]).toEqual([true, 3, 1]);
    expect([cursor.next(), cursor.wireType, [...cursor.raw().bytes]]).toEqual([
      true,
      WIRE.fixed64,
      [0x21, 1, 2, 3, 4, 5, 6, 7, 8],
    ]);
    expect(cursor.next()).toBe(false);
  });

  it('reads every 64-bit integer', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const bytes = [0x08];
        let rest = BigInt.asUintN(64, value);
        for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
        const cursor = cursorOf(...bytes, Number(rest));
        cursor.next();
        expect(cursor.bigint()).toBe(value);
      }),
    );
  });

  it('takes a group as one field', () => {
    const cursor = cursorOf(0x0b, 0x13, 0x08, 1, 0x14, 0x0c, 0x10, 5);
    cursor.next();
    expect([...cursor.raw().bytes]).toEqual([0x0b, 0x13, 0x08, 1, 0x14, 0x0c]);
    expect([cursor.next(), cursor.field, cursor.varint()]).toEqual([true, 2, 5]);
  });

  it.each([
    ['a tag that breaks off', [0x80]],
    ['field number 0', [0x00, 1]],
    ['a varint of eleven bytes', [0x08, ...new Array(11).fill(0xff)]],
    ['a length beyond the end', [0x0a, 5, 1]],
    ['a length beyond 2 GiB', [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ['wire type 6', [0x0e]],
    ['the end of a group that has not begun', [0x0c]],
    ['a group that ends as another', [0x0b, 0x14]],
    ['a group without end', [0x0b, 0x08, 1]],
    ['eight bytes that are not there', [0x09, 1, 2, 3]],
    ['groups nested too deeply', new Array(MOST_NESTING + 2).fill(0x0b)],
  ])('refuses %s', (_, bytes) => {
    const walk = () => {
      for (const cursor = cursorOf(...bytes); cursor.next(); ) cursor.skip();
    };
    expect(codeOf(walk)).toBe('not-onnx');
  });
});

describe('views', () => {
  it('share the memory of the file and are plain typed arrays', () => {
    const bytes = Uint8Array.from([0x0a, 2, 7, 8]);
    const cursor = new Cursor(sliceOf(bytes));
    cursor.next();
    const view = cursor.view();
    expect([view.constructor.name, view.buffer === bytes.buffer, [...view]]).toEqual([
      'Uint8Array',
      true,
      [7, 8],
    ]);
    expect([...viewOf({ ...sliceOf(bytes), start: 1, end: 3 })]).toEqual([2, 7]);
  });
});

describe('readText', () => {
  it('keeps bytes that are no UTF-8 apart', () => {
    const read = (...bytes: number[]) => readText(Buffer.from(bytes), 0, bytes.length);
    expect(read(97, 0xff)).toBe('a\udcff');
    expect(read(97, 0xfe)).not.toBe(read(97, 0xff));
    expect(read(0xc3, 0xb6)).toBe('ö');
  });
});
