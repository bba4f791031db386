import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openRecords, type RecordOptions } from '../../src/files/records.ts';
import { collect } from '../support/list-dataset.ts';
import { temporaryFiles } from '../support/write-files.ts';

const file = temporaryFiles();

async function read(
  content: string | Uint8Array,
  options: RecordOptions,
  from = 0,
  to = Number.MAX_SAFE_INTEGER,
) {
  const records = await openRecords(file('x.txt', content), 'x.txt', options);
  return { size: records.size, records: await collect(records.read(from, to)) };
}

test('lines with their numbers; empty ones, line ends and a byte order mark are no text', async () => {
  const { size, records } = await read('\ufeffone\r\n\r\n  \ntwo\nthree', { unit: 'line' });
  expect(size).toBe(3);
  expect(records).toEqual([
    { line: 1, text: 'one' },
    { line: 4, text: 'two' },
    { line: 5, text: 'three' },
  ]);
});

test('documents end with an empty line, or with a line of the caller', async () => {
  const text = 'one\ntwo\n\n\nthree\n---\n\nfour\n';
  expect((await read(text, { unit: 'document' })).records).toEqual([
    { line: 1, text: 'one\ntwo' },
    { line: 5, text: 'three\n---' },
    { line: 8, text: 'four' },
  ]);
  expect(
    (await read(text, { unit: 'document', separator: '---' })).records.map(({ text: each }) => each),
  ).toEqual(['one\ntwo\n\n\nthree', 'four']);
});

test('law: any range of many lines is that range of all of them', async () => {
  const lines = Array.from({ length: 1000 }, (_, index) => (index % 7 === 3 ? '' : `line ${index}`));
  const records = await openRecords(file('x.txt', lines.join('\n')), 'x.txt', { unit: 'line' });
  const all = await collect(records.read(0, records.size));
  expect(all.map(({ text }) => text)).toEqual(lines.filter((line) => line !== ''));
  expect(all.every(({ line, text }) => lines[line - 1] === text)).toBe(true);
  await fc.assert(
    fc.asyncProperty(fc.nat(900), fc.nat(900), async (from, to) => {
      expect(await collect(records.read(from, to))).toEqual(all.slice(from, Math.max(from, to)));
    }),
    { numRuns: 30 },
  );
});

test('bytes that are no UTF-8 are named by their line', async () => {
  const content = Buffer.concat([Buffer.from('fine\n'), Buffer.of(0xff, 0xfe, 0x0a)]);
  await expect(read(content, { unit: 'line' })).rejects.toMatchObject({
    code: 'invalid-data',
    subject: 'x.txt line 2',
  });
});

test('a line without an end in sight is refused', async () => {
  const content = Buffer.alloc(2 ** 26 + 2 ** 21, 'a');
  await expect(read(content, { unit: 'line' })).rejects.toMatchObject({
    message: expect.stringMatching(/starts a line of more than/),
  });
});

test('a file that changes after it was opened is refused', async () => {
  const path = file('x.txt', 'one\ntwo\n');
  const records = await openRecords(path, 'x.txt', { unit: 'line' });
  await writeFile(path, 'one\nthree\n');
  await expect(collect(records.read(0, 2))).rejects.toMatchObject({ code: 'invalid-data', subject: path });
});
