import { describe, expect, it } from 'vitest';
import { ChunkWriter } from '../../src/codec/chunk-writer.ts';
import { Cursor, type RawField, sliceOf } from '../../src/codec/cursor.ts';
import { readProperties, writeProperties } from '../../src/codec/properties.ts';

const NUMBER = 9;

function entry(...content: number[]): RawField {
  return { number: NUMBER, bytes: Uint8Array.from([NUMBER * 8 + 2, content.length, ...content]) };
}

function write(properties: ReadonlyMap<string, string>, source: readonly RawField[]): RawField[] {
  const writer = new ChunkWriter();
  writeProperties(writer, NUMBER, properties, source);
  const bytes = Buffer.concat(writer.finish().filter((chunk) => chunk instanceof Uint8Array));
  const fields: RawField[] = [];
  for (const cursor = new Cursor(sliceOf(bytes)); cursor.next(); ) fields.push(cursor.raw());
  return fields;
}

// key a, value 1, and a field 15; key a, value 2; no key, value x.
const SOURCE = [entry(10, 1, 97, 18, 1, 49, 120, 7), entry(10, 1, 97, 18, 1, 50), entry(18, 1, 120)];

describe('properties', () => {
  it('count by their last entry', () => {
    expect([...readProperties(SOURCE)]).toEqual([
      ['a', '2'],
      ['', 'x'],
    ]);
  });

  it('are written as the file has them while they say the same, duplicates included', () => {
    const again = write(readProperties(SOURCE), SOURCE);
    expect(again.map(({ bytes }) => [...bytes])).toEqual(SOURCE.map(({ bytes }) => [...bytes]));
  });

  it('keep fields beside key and value when the value changes', () => {
    const [first] = SOURCE;
    const changed = write(new Map([['a', '3']]), first ? [first] : []);
    expect(changed.map(({ bytes }) => [...bytes])).toEqual([
      [NUMBER * 8 + 2, 8, 10, 1, 97, 18, 1, 51, 120, 7],
    ]);
  });

  it('are written anew where there was nothing', () => {
    expect([...readProperties(write(new Map([['größe', '']]), []))]).toEqual([['größe', '']]);
    expect(write(new Map(), SOURCE)).toEqual([]);
  });
});
