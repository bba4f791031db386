import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { openArrayFiles } from '../../src/sources/array-files.ts';
import { npy, zip } from '../support/npy.ts';
import { temporaryFiles } from '../support/write-files.ts';

const file = temporaryFiles();
const array = npy(Float32Array.of(1), { descr: '<f4', dims: [1] });

test('arrays are named by their files, whatever holds them', async () => {
  const plain = file('x.npy', array);
  for (const path of [
    plain,
    dirname(plain),
    file('d.npz', zip({ 'x.npy': array, 'notes.txt': Buffer.from('') })),
  ]) {
    const files = await openArrayFiles(path);
    expect(files.names).toEqual(['x']);
    const reader = await files.open('x');
    expect(reader.size).toBe(array.length);
    await reader.close();
    await expect(files.open('z')).rejects.toMatchObject({ code: 'invalid-data', hint: 'it has x' });
  }
});

test('the fingerprint is of the arrays that are used', async () => {
  const files = await openArrayFiles(file('x.npy', array));
  const other = await openArrayFiles(file('x.npy', npy(Float32Array.of(2), { descr: '<f4', dims: [1] })));
  expect(await files.fingerprint(['x'])).not.toBe(await other.fingerprint(['x']));
  expect(await files.fingerprint(['x'])).toBe(
    await (await openArrayFiles(file('x.npy', array))).fingerprint(['x']),
  );
});

test('what holds no arrays is refused', async () => {
  const text = file('x.txt', '');
  for (const path of [text, dirname(text), `${text}.missing`]) {
    await expect(openArrayFiles(path)).rejects.toMatchObject({ code: 'invalid-data', subject: path });
  }
});

test('arrays that change after they were opened are refused', async () => {
  for (const path of [file('x.npy', array), file('d.npz', zip({ 'x.npy': array }))]) {
    const files = await openArrayFiles(path);
    await writeFile(path, 'another');
    await expect(files.open('x')).rejects.toMatchObject({ code: 'invalid-data', subject: path });
  }
});
