import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { StatisticsCache } from '../../src/calibration/cache.ts';
import { emptyStatistics, type Range } from '../../src/calibration/statistics.ts';
import { identityOf, planOf } from '../support/calibration.ts';
import { modelFile } from '../support/model-file.ts';

const identity = identityOf(planOf({ value: 'h', moments: 'value' }));
const part = (range: Range) => ({
  ...emptyStatistics(identity, { model: 'm', data: 'd' }),
  covered: [range],
});

async function cacheFolder(): Promise<string> {
  return join(dirname(await modelFile(new Uint8Array())), 'cache');
}

test('what was kept is found by its contents, and nothing else is', async () => {
  const folder = await cacheFolder();
  const warnings: string[] = [];
  const warn = (message: string) => warnings.push(message);
  const cache = new StatisticsCache(folder, identity, [1, 4]);
  expect(await cache.load(warn)).toBeUndefined();
  await cache.save(part([1, 3]));
  expect((await cache.load(warn))?.covered).toEqual([[1, 3]]);
  expect(await new StatisticsCache(folder, identity, [0, 4]).load(warn)).toBeUndefined();
  const other = { ...identity, batch: 3 };
  expect(await new StatisticsCache(folder, other, [1, 4]).load(warn)).toBeUndefined();
  expect(warnings).toEqual([]);
});

test('a file that is damaged or belongs elsewhere is not believed, with a warning', async () => {
  const folder = await cacheFolder();
  const cache = new StatisticsCache(folder, identity, [1, 4]);
  await cache.save(part([0, 2]));
  const warnings: string[] = [];
  const warn = (message: string) => warnings.push(message);
  expect(await cache.load(warn)).toBeUndefined();
  await cache.save(part([1, 2]));
  const [name = ''] = await readdir(folder);
  const bytes = await readFile(join(folder, name));
  await writeFile(join(folder, name), bytes.subarray(0, 100));
  expect(await cache.load(warn)).toBeUndefined();
  expect(warnings).toEqual([expect.stringContaining('other statistics'), expect.stringContaining('damaged')]);
});
