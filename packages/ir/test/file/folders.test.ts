import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { makeFolders, removeEmptyFolders } from '../../src/file/folders.ts';

let root = '';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sentei-folders-'));
  return () => rm(root, { recursive: true, force: true });
});

test('makes what is missing and tells the outermost', async () => {
  expect(await makeFolders(join(root, 'a', 'b', 'c'))).toBe(join(root, 'a'));
  expect(existsSync(join(root, 'a', 'b', 'c'))).toBe(true);
  expect(await makeFolders(join(root, 'a', 'b'))).toBeUndefined();
});

test('takes back what it made, and nothing that is in use', async () => {
  await makeFolders(join(root, 'a', 'b', 'c'));
  await mkdir(join(root, 'a', 'other'));
  await removeEmptyFolders(join(root, 'a', 'b', 'c'), join(root, 'a'));
  expect([existsSync(join(root, 'a', 'b')), existsSync(join(root, 'a', 'other'))]).toEqual([false, true]);
});

test('a file in the way is an error, and nothing is left', async () => {
  await writeFile(join(root, 'file'), '');
  await expect(makeFolders(join(root, 'file'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(makeFolders(join(root, 'file', 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

test.runIf(existsSync('/proc'))('ends where the system makes no folders at all', async () => {
  await expect(makeFolders('/proc/sentei/below')).rejects.toMatchObject({ code: 'ENOENT' });
});
