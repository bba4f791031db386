import { expect, test } from 'vitest';
import { openFileReader, sequentialReader } from '../../src/files/byte-reader.ts';
import { temporaryFiles } from '../support/write-files.ts';

const file = temporaryFiles();
const content = Buffer.from('abcdefghij');

test('a part of a file is read by range and nothing beyond it', async () => {
  const reader = await openFileReader(file('x', content), 'x', 2, 5);
  expect(reader.size).toBe(5);
  expect((await reader.read(1, 3)).toString()).toBe('def');
  await expect(reader.read(3, 3)).rejects.toMatchObject({
    code: 'invalid-data',
    message: 'x: is truncated: it ends at byte 5, 6 are needed',
  });
  await reader.close();
});

test('what is read from its start on skips forward and begins again to go back', async () => {
  let opened = 0;
  let ended = 0;
  const reader = sequentialReader('x', 10, async function* () {
    opened++;
    try {
      for (let at = 0; at < 10; at += 3) yield content.subarray(at, at + 3);
    } finally {
      ended++;
    }
  });
  expect((await reader.read(1, 3)).toString()).toBe('bcd');
  expect((await reader.read(6, 4)).toString()).toBe('ghij');
  expect(opened).toBe(1);
  expect((await reader.read(0, 10)).toString()).toBe('abcdefghij');
  expect(opened).toBe(2);
  await reader.close();
  expect(ended).toBe(2);
});

test('a stream that ends too early is truncated', async () => {
  const reader = sequentialReader('x', 10, async function* () {
    yield content.subarray(0, 4);
  });
  await expect(reader.read(2, 5)).rejects.toMatchObject({
    message: 'x: is truncated: it ends at byte 4, 7 are needed',
  });
});
