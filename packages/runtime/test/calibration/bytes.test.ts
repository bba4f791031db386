import { expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../../src/calibration/bytes.ts';

test('what was written is read in the same order', () => {
  const writer = new ByteWriter();
  const numbers = Float64Array.of(1.5, Number.NaN, -0);
  writer.number(7);
  writer.bytes(Uint8Array.of(1, 2, 3));
  writer.numbers(numbers);
  const reader = new ByteReader(writer.finish(), 'x');
  expect(reader.whole()).toBe(7);
  expect([...reader.bytes(3)]).toEqual([1, 2, 3]);
  expect([...reader.numbers(3)]).toEqual([1.5, Number.NaN, -0]);
  reader.end();
});

test.each([
  ['more than there is', (reader: ByteReader) => reader.numbers(2 ** 40)],
  ['a length that is no number', (reader: ByteReader) => reader.bytes(Number.NaN)],
  ['a fraction as a count', (reader: ByteReader) => reader.whole()],
  ['a fraction among counts', (reader: ByteReader) => reader.counts(1)],
  ['less than there is', (reader: ByteReader) => reader.end()],
])('%s is refused by name', (_, read) => {
  const writer = new ByteWriter();
  writer.number(0.5);
  const reader = new ByteReader(writer.finish(), 'shard.stats');
  expect(() => read(reader)).toThrow(
    expect.objectContaining({ code: 'invalid-data', subject: 'shard.stats' }),
  );
});

test('a count beyond the largest is refused', () => {
  const writer = new ByteWriter();
  writer.number(5);
  expect(() => new ByteReader(writer.finish(), 'x').whole(4)).toThrow('not a whole number up to 4');
});
