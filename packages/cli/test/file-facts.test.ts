import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Graph, Model, readModel } from '@sentei/ir';
import { expect, test } from 'vitest';
import { externalLocations, readFileFacts } from '../src/file-facts.ts';
import { byteModel, emptyFolder, savedExternalModel } from './support/models.ts';

test('a file is known by its size and hash', async () => {
  const path = join(await emptyFolder(), 'abc');
  await writeFile(path, 'abc');
  expect(await readFileFacts(path, 'shown')).toEqual({
    path: 'shown',
    fileBytes: 3,
    // The example of FIPS 180-2, appendix B.1.
    sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  });
});

test('files of external weights are listed once', async () => {
  const folder = await emptyFolder();
  expect(externalLocations(await readModel(await savedExternalModel(folder)))).toEqual(['weights.bin']);
  expect(externalLocations(byteModel())).toEqual([]);
  expect(externalLocations(new Model(new Graph('empty'), [['', 17]]))).toEqual([]);
});
