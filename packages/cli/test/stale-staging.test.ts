import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeStaleStaging, stagingPrefix } from '../src/stale-staging.ts';
import { emptyFolder, listing } from './support/models.ts';

test('folders of runs that are gone are removed, and no others', async () => {
  const folder = await emptyFolder();
  const { pid } = spawnSync(process.execPath, ['--version']);
  const ours = await mkdtemp(join(folder, stagingPrefix()));
  const gone = stagingPrefix().replace(`-${process.pid}-`, `-${pid}-`);
  await mkdir(join(folder, `${gone}abcDEF`));
  await writeFile(join(folder, `${gone}abcDEF`, 'model.onnx'), 'half');
  const kept = [`.sentei-00000000-${pid}-abcDEF`, `${gone}abc`, '.sentei-abcDEF', 'model'];
  for (const name of kept) await mkdir(join(folder, name));
  await removeStaleStaging(folder);
  expect(await listing(folder)).toEqual([...kept, ours.slice(folder.length + 1)].sort());
});

test('a folder that is not there has none', async () => {
  await expect(removeStaleStaging('/none')).resolves.toBeUndefined();
});
