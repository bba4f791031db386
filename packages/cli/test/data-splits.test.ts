import { link, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rangesOf, readSplits } from '../src/data-splits.ts';
import { emptyFolder } from './support/models.ts';

async function numbered(folder: string, name: string, size: number, first = 0): Promise<string> {
  const path = join(folder, name);
  await writeFile(
    path,
    Uint8Array.from({ length: size }, (_, index) => (first + index) % 251),
  );
  return path;
}

test('one file: a quarter calibrates, a quarter selects, half judges', async () => {
  const data = await numbered(await emptyFolder(), 'text', 8001);
  const { ranges, texts } = await readSplits({ data });
  expect(ranges).toEqual({
    calibration: { path: data, from: 0, to: 2000 },
    selection: { path: data, from: 2000, to: 4000 },
    heldout: { path: data, from: 4000, to: 8001 },
  });
  expect([texts.calibration[0], texts.selection[0], texts.heldout[0]]).toEqual([0, 2000 % 251, 4000 % 251]);
  expect([texts.calibration.length, texts.selection.length, texts.heldout.length]).toEqual([
    2000, 2000, 4001,
  ]);
});

test('two files: the halves of the first calibrate and select, the other one judges', async () => {
  const folder = await emptyFolder();
  const [data, heldout] = [await numbered(folder, 'a', 3001), await numbered(folder, 'b', 2000, 100)];
  expect((await readSplits({ data, heldout })).ranges).toEqual({
    calibration: { path: data, from: 0, to: 1500 },
    selection: { path: data, from: 1500, to: 3001 },
    heldout: { path: heldout, from: 0, to: 2000 },
  });
});

test('a text that has windows of the other one does not judge', async () => {
  const folder = await emptyFolder();
  const [data, heldout] = [await numbered(folder, 'a', 5000), await numbered(folder, 'copy', 2500)];
  await expect(readSplits({ data, heldout })).rejects.toMatchObject({
    code: 'invalid-data',
    subject: heldout,
    message: `data file ${heldout} has 2 windows of 1024 bytes that ${data} has too`,
  });
});

test('no byte is in two splits and none is lost', () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.boolean(), (size, isOne) => {
      const files = isOne ? { data: 'a' } : { data: 'a', heldout: 'b' };
      const { calibration, selection, heldout } = rangesOf(files, size, size);
      expect([calibration.from, calibration.to]).toEqual([0, selection.from]);
      expect(selection.to).toBe(isOne ? heldout.from : size);
      expect(heldout.to).toBe(size);
    }),
  );
});

test('what cannot be used is refused by name', async () => {
  const folder = await emptyFolder();
  const short = await numbered(folder, 'short', 2000);
  const long = await numbered(folder, 'long', 20_000);
  const twin = join(folder, 'twin');
  await link(long, twin);
  const fault = (data: string, heldout?: string) => readSplits({ data, heldout }).catch((error) => error);
  expect(await fault(short)).toMatchObject({
    code: 'invalid-data',
    message: `data file ${short} is too short: of its 2000 bytes 500 would be for calibration, 512 are needed`,
  });
  expect(await fault(long, await numbered(folder, 'tiny', 1000))).toMatchObject({
    code: 'invalid-data',
    message: expect.stringContaining('of its 1000 bytes 1000 would be for heldout'),
  });
  expect(await fault(long, twin)).toMatchObject({
    code: 'invalid-data',
    message: expect.stringContaining('is given as data and as held-out data'),
  });
  expect(await fault(folder)).toMatchObject({
    code: 'invalid-data',
    message: `data file ${folder} is not a file`,
  });
  expect(await fault(join(folder, 'none'))).toMatchObject({
    code: 'invalid-data',
    message: expect.stringContaining('does not exist'),
  });
  expect(await fault(join(long, 'below'))).toMatchObject({
    code: 'invalid-data',
    message: expect.stringContaining('ENOTDIR'),
  });
});
