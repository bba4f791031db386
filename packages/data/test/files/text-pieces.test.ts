import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { openTextPieces } from '../../src/files/text-pieces.ts';
import { collect } from '../support/list-dataset.ts';
import { temporaryFiles } from '../support/write-files.ts';

const file = temporaryFiles();

test('pieces end with a line, are the whole text together, and can be read from any on', async () => {
  const text = Array.from({ length: 5000 }, (_, index) => `line ${index} é\n`).join('');
  const pieces = await openTextPieces(file('x.txt', text), 'x.txt');
  const all = await collect(pieces.read(0));
  expect(all.length).toBeGreaterThan(2);
  expect(all.every((piece) => piece.endsWith('\n'))).toBe(true);
  expect(all.join('')).toBe(text);
  expect(await collect(pieces.read(2))).toEqual(all.slice(2));
  expect(await collect(pieces.read(all.length))).toEqual([]);
});

test('text without lines is cut between characters', async () => {
  const text = 'é'.repeat(2 ** 20 + 1);
  for (const start of ['', 'a']) {
    const pieces = await openTextPieces(file('x.txt', start + text), 'x.txt');
    const all = await collect(pieces.read(0));
    expect(all.length).toBeGreaterThan(1);
    expect(all.join('')).toBe(start + text);
  }
});

test('bytes that are no UTF-8 are refused', async () => {
  const pieces = await openTextPieces(file('x.txt', Buffer.of(0x61, 0xff)), 'x.txt');
  await expect(collect(pieces.read(0))).rejects.toMatchObject({
    code: 'invalid-data',
    subject: 'x.txt bytes 0 to 2',
  });
});

test('a file that changes after it was opened is refused', async () => {
  const path = file('x.txt', 'one\n');
  const pieces = await openTextPieces(path, 'x.txt');
  await writeFile(path, 'three\n');
  await expect(collect(pieces.read(0))).rejects.toMatchObject({ code: 'invalid-data', subject: path });
});
