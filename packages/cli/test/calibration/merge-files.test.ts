import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { calibrateFile } from '../../src/calibration/calibrate.ts';
import { mergeFiles } from '../../src/calibration/merge-files.ts';
import { SILENT } from '../../src/progress.ts';
import { savedModel } from '../support/models.ts';
import { savedVariedText } from '../support/varied-text.ts';

let folder: string;
const shard = (index: number) => join(folder, `shard-${index}.stats`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sentei-merge-'));
  const common = {
    model: await savedModel(folder),
    data: await savedVariedText(folder),
    length: 64,
    split: 'calibration',
    listener: SILENT,
  } as const;
  for (const index of [1, 2, 3])
    await calibrateFile({ ...common, shard: { index, count: 3 }, out: shard(index) });
  await calibrateFile({ ...common, out: join(folder, 'whole.stats') });
  await calibrateFile({ ...common, batch: 4, out: join(folder, 'other.stats') });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('all shards in any order are the file of one run, byte by byte', async () => {
  const out = join(folder, 'all.stats');
  await mergeFiles([shard(3), shard(1), shard(2)], out, SILENT);
  expect(await readFile(out)).toEqual(await readFile(join(folder, 'whole.stats')));
});

test.each([
  ['a shard that is missing', () => [shard(1), shard(3)], 'examples 8 to 16 are in none'],
  ['a shard that is given twice', () => [shard(1), shard(2), shard(2), shard(3)], 'has blocks that'],
  ['another calibration', () => [shard(1), join(folder, 'other.stats')], 'their batch sizes differ'],
])('%s is refused, and nothing is written', async (_, paths, fault) => {
  const out = join(folder, 'none.stats');
  await expect(mergeFiles(paths(), out, SILENT)).rejects.toMatchObject({
    code: 'invalid-data',
    message: expect.stringContaining(fault),
  });
  await expect(readFile(out)).rejects.toThrow('ENOENT');
});
