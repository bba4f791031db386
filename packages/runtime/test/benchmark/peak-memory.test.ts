import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPeakMemory } from '../../src/benchmark/peak-memory.ts';
import { temporaryFolder } from '../support/model-file.ts';

async function proc(status: string): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, '7'));
  await writeFile(join(folder, '7', 'status'), status);
  return folder;
}

test('the high-water mark is read in bytes', async () => {
  const folder = await proc('Name:\tnode\nVmPeak:\t  900000 kB\nVmHWM:\t  120000 kB\nVmRSS:\t  100000 kB\n');
  expect(await readPeakMemory(7, folder)).toEqual({ status: 'known', bytes: 122_880_000 });
});

test('what cannot be read is unknown, with the reason', async () => {
  const folder = await proc('Name:\tkthreadd\n');
  expect(await readPeakMemory(7, folder)).toMatchObject({
    status: 'unknown',
    reason: expect.stringContaining('no VmHWM'),
  });
  expect(await readPeakMemory(8, folder)).toMatchObject({
    status: 'unknown',
    reason: expect.stringContaining('cannot be read'),
  });
  expect(await readPeakMemory(undefined)).toMatchObject({
    status: 'unknown',
    reason: expect.stringContaining('has ended'),
  });
});

test.runIf(process.platform === 'linux')('on Linux it is known of any process', async () => {
  const peak = await readPeakMemory(process.pid);
  expect(peak).toMatchObject({ status: 'known' });
  expect(peak.status === 'known' && peak.bytes).toBeGreaterThan(10_000_000);
});
