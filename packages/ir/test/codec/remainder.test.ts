import { describe, expect, it } from 'vitest';
import { ChunkWriter } from '../../src/codec/chunk-writer.ts';
import { Cursor, type RawField, sliceOf } from '../../src/codec/cursor.ts';
import { RemainderWriter, rawFields, remainingText, withText } from '../../src/codec/remainder.ts';

const field = (number: number, value: number): RawField => ({
  number,
  bytes: Uint8Array.from([number * 8, value]),
});

/** Numbers of the fields that a remainder and the caller write. */
function order(
  remainder: readonly RawField[],
  write: (rest: RemainderWriter, writer: ChunkWriter) => void,
): number[] {
  const writer = new ChunkWriter();
  write(new RemainderWriter(writer, remainder, new Set([1, 2, 3, 4, 5])), writer);
  const numbers: number[] = [];
  const bytes = Buffer.concat(writer.finish().filter((chunk) => chunk instanceof Uint8Array));
  for (const cursor = new Cursor(sliceOf(bytes)); cursor.next(); ) {
    numbers.push(cursor.field);
    cursor.skip();
  }
  return numbers;
}

describe('RemainderWriter', () => {
  it('puts known fields in their place and others at the end, each once', () => {
    const remainder = [field(9, 0), field(4, 0), field(2, 0), field(8, 0), field(4, 1)];
    const numbers = order(remainder, (rest, writer) => {
      rest.before(3);
      writer.integer(3, 0);
      rest.own(4);
      rest.end();
    });
    expect(numbers).toEqual([2, 3, 4, 4, 9, 8]);
  });

  it('leaves out what the caller takes, and keeps what nobody asked for', () => {
    expect(
      order([field(1, 0), field(5, 0)], (rest) => {
        expect(rest.take(1)).toHaveLength(1);
        rest.end();
      }),
    ).toEqual([5]);
  });

  it('says whether it had the field', () => {
    const writer = new ChunkWriter();
    const rest = new RemainderWriter(writer, [field(1, 0)], new Set([1]));
    expect([rest.own(2), rest.own(1), rest.own(1)]).toEqual([false, true, false]);
  });
});

describe('texts', () => {
  it('are read, replaced and removed', () => {
    const long = 'ö'.repeat(100);
    const once = withText([field(1, 7)], 20, long);
    expect([remainingText(once, 20), rawFields(once, 1).length]).toEqual([long, 1]);
    const twice = withText(once, 20, '');
    expect([remainingText(twice, 20), rawFields(twice, 20).length]).toEqual(['', 1]);
    expect(withText(withText(undefined, 6, 'a'), 6, undefined)).toBeUndefined();
    expect(remainingText(undefined, 6)).toBeUndefined();
  });
});
