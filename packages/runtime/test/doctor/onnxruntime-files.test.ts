import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  fileContains,
  holdsVersion,
  isFile,
  locateOnnxRuntime,
  providerFile,
} from '../../src/doctor/onnxruntime-files.ts';
import { emptyFolder, fakeOnnxRuntime } from '../support/host.ts';

const LINUX = { platform: 'linux', arch: 'x64' };

test('the installed package is found', async () => {
  const { version, binaries, library } = await locateOnnxRuntime(process);
  expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(await isFile(join(binaries, library))).toBe(true);
});

test('another package is read from its manifest', async () => {
  const folder = await emptyFolder();
  const { packageFile, binaries } = await fakeOnnxRuntime(folder);
  expect(await locateOnnxRuntime(LINUX, packageFile)).toEqual({
    folder,
    version: '1.30.0',
    binaries,
    library: 'libonnxruntime.so.1',
  });
});

test.each(['{}', 'nothing', '{ "version": "../.." }'])('the manifest %s is not one', async (text) => {
  const path = join(await emptyFolder(), 'package.json');
  await writeFile(path, text);
  await expect(locateOnnxRuntime(LINUX, path)).rejects.toMatchObject({ code: 'runtime-failed' });
});

test('a version counts where it is a text of its own', async () => {
  const path = join(await emptyFolder(), providerFile('cuda'));
  await writeFile(path, 'x\x001.30.0\0 1.29.0');
  const found = await Promise.all(['1.30.0', '1.29.0', '1.3'].map((version) => holdsVersion(path, version)));
  expect(found).toEqual([true, false, false]);
});

test('bytes are found wherever they lie, across pieces too', async () => {
  const path = join(await emptyFolder(), 'file');
  const needle = Buffer.from('\x001.30.0\0');
  const at = fc.oneof(fc.nat(3 * 2 ** 20), fc.integer({ min: 2 ** 20 - 10, max: 2 ** 20 + 10 }));
  await fc.assert(
    fc.asyncProperty(at, async (place) => {
      const bytes = Buffer.alloc(3 * 2 ** 20 + 64, 1);
      bytes.set(needle, place);
      await writeFile(path, bytes);
      expect(await fileContains(path, needle)).toBe(true);
      expect(await fileContains(path, Buffer.from('\x001.31.0\0'))).toBe(false);
    }),
    { numRuns: 25 },
  );
});
