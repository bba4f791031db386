import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileSize, guardFile, hashFile, openFile, readAt, readChunks } from '../../src/files/data-file.ts';
import { collect } from '../support/list-dataset.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

async function file(content: string): Promise<string> {
  const path = join(folder(), 'file');
  await writeFile(path, content);
  return path;
}

test('a file is measured, hashed and read in pieces', async () => {
  const path = await file('hello');
  expect(await fileSize(path)).toBe(5);
  expect(await hashFile(path)).toBe(createHash('sha256').update('hello').digest('hex'));
  expect(Buffer.concat(await collect(readChunks(path, undefined, 1, 4))).toString()).toBe('ell');
  expect(await collect(readChunks(path, undefined, 2, 2))).toEqual([]);
});

test('reading beyond the end names the byte', async () => {
  const path = await file('hello');
  const handle = await openFile(path);
  try {
    expect((await readAt(handle, path, 1, 3)).toString()).toBe('ell');
    await expect(readAt(handle, path, 3, 4)).rejects.toMatchObject({
      code: 'invalid-data',
      message: expect.stringContaining('ends at byte 5, 7 are needed'),
    });
  } finally {
    await handle.close();
  }
});

test('a missing file and a folder are named', async () => {
  const missing = join(folder(), 'missing');
  const refused = {
    code: 'invalid-data',
    subject: missing,
    message: expect.stringContaining('does not exist'),
  };
  await expect(fileSize(missing)).rejects.toMatchObject(refused);
  await expect(hashFile(missing)).rejects.toMatchObject(refused);
  await expect(openFile(missing)).rejects.toMatchObject(refused);
  await expect(fileSize(folder())).rejects.toMatchObject({ code: 'invalid-data', subject: folder() });
});

test('a guarded file may be read again, but not changed or removed', async () => {
  const path = await file('hello');
  const refuseChange = await guardFile(path);
  await refuseChange();
  await writeFile(path, 'hello!');
  await expect(refuseChange()).rejects.toMatchObject({
    code: 'invalid-data',
    message: expect.stringContaining('has changed since it was opened'),
  });
  await rm(path);
  await expect(refuseChange()).rejects.toMatchObject({ message: expect.stringContaining('does not exist') });
});
