import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { copyWhole } from '../../src/file/copy-whole.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sentei-copy-'));
});
afterEach(() => rmSync(root, { recursive: true }));

it.each([0, 1, 2 ** 23, 2 ** 23 + 5])('copies %i bytes', async (length) => {
  const bytes = Buffer.alloc(length, 7);
  writeFileSync(join(root, 'a'), bytes);
  await copyWhole(join(root, 'a'), join(root, 'b'), true);
  expect(readFileSync(join(root, 'b')).equals(bytes)).toBe(true);
});

it('keeps holes where the file system has them', async () => {
  writeFileSync(join(root, 'a'), 'head');
  truncateSync(join(root, 'a'), 2 ** 28);
  await copyWhole(join(root, 'a'), join(root, 'b'), false);
  const { size, blocks } = statSync(join(root, 'b'));
  expect([size, readFileSync(join(root, 'b')).subarray(0, 5).toString()]).toEqual([2 ** 28, 'head\0']);
  expect(blocks * 512).toBeLessThan(2 ** 26);
});

it('does not write over a file', async () => {
  writeFileSync(join(root, 'a'), 'a');
  writeFileSync(join(root, 'b'), 'b');
  await expect(copyWhole(join(root, 'a'), join(root, 'b'), false)).rejects.toMatchObject({ code: 'EEXIST' });
  expect(readFileSync(join(root, 'b'), 'utf8')).toBe('b');
});
