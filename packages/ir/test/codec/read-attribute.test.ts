import { describe, expect, it } from 'vitest';
import { sliceOf } from '../../src/codec/cursor.ts';
import type { AttributeProto } from '../../src/codec/messages.ts';
import { readAttribute } from '../../src/codec/read-attribute.ts';
import { encodeMessage } from '../../src/codec/wire.ts';
import { Graph, Tensor } from '../../src/index.ts';

const parts = { graph: () => new Graph('g'), tensor: () => Tensor.floats([1]) };
const read = (message: AttributeProto) =>
  readAttribute(sliceOf(encodeMessage('AttributeProto', message)), parts);

describe('readAttribute', () => {
  it('keeps nothing beside the value of a plain attribute', () => {
    expect(read({ name: 'axis', type: 2, i: -1 })).toEqual({
      name: 'axis',
      attribute: { kind: 'int', value: -1n },
    });
    expect(read({ name: 'axes', type: 7, ints: [] }).attribute).toEqual({ kind: 'ints', value: [] });
  });

  it.each([
    ['a doc string', { name: 'axis', type: 2, i: 1, docString: 'why' }],
    ['a type and no value', { name: 'axis', type: 2 }],
    ['a value of another kind', { name: 'axis', type: 2, i: 1, f: 2 }],
    ['no type, as in IR version 1', { name: 'axis', i: 1 }],
    ['an unknown field', { name: 'axis', type: 2, i: 1, $unknowns: [Uint8Array.from([0x98, 6, 7])] }],
  ] as [string, AttributeProto][])('keeps the message where there is %s', (_, message) => {
    const { attribute } = read(message);
    expect([attribute.kind, attribute.source?.encoded]).toEqual([
      'int',
      encodeMessage('AttributeProto', message),
    ]);
  });

  it('carries references to attributes of a function and kinds it does not know', () => {
    const { attribute } = read({ name: 'alpha', type: 1, refAttrName: 'beta' });
    expect(attribute.kind === 'other' && attribute.message.refAttrName).toBe('beta');
    expect(read({ name: 'later', type: 99 }).attribute.kind).toBe('other');
  });

  it('reads lists that newer writers pack', () => {
    const packed = [10, 1, 97, 0x42, 3, 1, 0xac, 0x02, 0xa0, 1, 7];
    expect(readAttribute(sliceOf(Uint8Array.from(packed)), parts).attribute).toMatchObject({
      kind: 'ints',
      value: [1n, 300n],
    });
    const floats = [10, 1, 97, 0x3a, 8, 0, 0, 128, 63, 0, 0, 0, 64, 0xa0, 1, 6];
    expect(readAttribute(sliceOf(Uint8Array.from(floats)), parts).attribute).toMatchObject({
      kind: 'floats',
      value: [1, 2],
    });
  });
});
