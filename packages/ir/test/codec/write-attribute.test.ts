import { describe, expect, it } from 'vitest';
import { ChunkWriter } from '../../src/codec/chunk-writer.ts';
import { Cursor, sliceOf } from '../../src/codec/cursor.ts';
import type { AttributeProto } from '../../src/codec/messages.ts';
import { readAttribute } from '../../src/codec/read-attribute.ts';
import { decodeMessage, encodeMessage, ownField } from '../../src/codec/wire.ts';
import { writeAttribute } from '../../src/codec/write-attribute.ts';
import { type Attribute, Graph, Tensor } from '../../src/index.ts';

const none = { graph: () => undefined, tensor: () => undefined, movesTensors: false };
const parts = { graph: () => new Graph('g'), tensor: () => Tensor.floats([1]) };

function write(name: string, attribute: Attribute): AttributeProto {
  const writer = new ChunkWriter();
  writeAttribute(writer, 5, name, attribute, none);
  const bytes = Buffer.concat(writer.finish().filter((chunk) => chunk instanceof Uint8Array));
  const cursor = new Cursor(sliceOf(bytes));
  cursor.next();
  return decodeMessage('AttributeProto', cursor.view());
}

describe('writeAttribute', () => {
  it('writes what a pass makes in full, defaults too', () => {
    const message = write('axis', { kind: 'int', value: 0n });
    expect([message.name, Number(ownField(message, 'i')), message.type]).toEqual(['axis', 0, 2]);
  });

  it('keeps the rest of a message whose value or name a pass has changed', () => {
    const encoded = encodeMessage('AttributeProto', { name: 'axis', type: 2, i: 1, docString: 'why' });
    const { attribute } = readAttribute(sliceOf(encoded), parts);
    if (attribute.kind !== 'int') throw new Error(attribute.kind);
    const renamed = write('axes', attribute);
    expect([renamed.name, Number(renamed.i), renamed.docString]).toEqual(['axes', 1, 'why']);
    const changed = write('axis', { ...attribute, value: -1n });
    expect([Number(changed.i), changed.docString]).toEqual([-1, 'why']);
  });

  it('renames what it only carries', () => {
    const encoded = encodeMessage('AttributeProto', { name: 'a', type: 1, refAttrName: 'b' });
    const message = write('c', readAttribute(sliceOf(encoded), parts).attribute);
    expect([message.name, message.refAttrName, message.type]).toEqual(['c', 'b', 1]);
  });
});
