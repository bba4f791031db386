import { expect, test } from 'vitest';
import { openZip } from '../../src/files/zip.ts';
import { zip } from '../support/npy.ts';
import { temporaryFiles } from '../support/write-files.ts';

const file = temporaryFiles();
const files = { 'a.npy': Buffer.from('first'), 'b.npy': Buffer.alloc(200_000, 'second') };

test('stored and compressed files are read in any order of calls', async () => {
  for (const isCompressed of [false, true]) {
    const [a, b] = await openZip(file('x.npz', zip(files, isCompressed)), 'x.npz');
    expect([a?.name, a?.size, b?.name, b?.size]).toEqual(['a.npy', 5, 'b.npy', 200_000]);
    const reader = await b?.open();
    expect(reader?.isSequential).toBe(isCompressed);
    expect((await reader?.read(150_000, 6))?.toString()).toBe('second');
    expect((await reader?.read(0, 6))?.toString()).toBe('second');
    await reader?.close();
  }
});

test('a file that unpacks to more than it says is refused', async () => {
  const archive = zip({ 'a.npy': Buffer.alloc(100_000) }, true);
  // The size in the central directory, which ends 22 + 46 + 5 bytes before the end.
  archive.writeUInt32LE(50_000, archive.length - 22 - 46 - 5 + 24);
  const [entry] = await openZip(file('x.npz', archive), 'x.npz');
  const reader = await entry?.open();
  await expect(reader?.read(49_999, 1)).rejects.toMatchObject({
    code: 'invalid-data',
    message: expect.stringMatching(/is broken/),
  });
});

test('what is no archive is named', async () => {
  const refused = { code: 'invalid-data', message: expect.stringMatching(/is no ZIP archive/) };
  await expect(openZip(file('x.npz', 'text'), 'x.npz')).rejects.toMatchObject(refused);
  const cut = zip(files).subarray(0, 100);
  await expect(openZip(file('x.npz', cut), 'x.npz')).rejects.toMatchObject(refused);
  await expect(openZip('missing.npz', 'x')).rejects.toMatchObject({
    message: expect.stringMatching(/does not exist/),
  });
});
