import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseModel, runPipeline } from '@sentei/ir';
import { expect, test } from 'vitest';
import { writeChanges } from '../src/change-folder.ts';
import { modelText } from '../src/model-text.ts';
import { byteModel, emptyFolder, listing } from './support/models.ts';
import { sneak, tidy } from './support/passes.ts';
import { textStream } from './support/streams.ts';

const context = { logger: { info() {}, warn() {} }, judge: undefined, maxDrop: 0, progress() {} };

test('each change is a file with a text that can be read back', async () => {
  const folder = join(await emptyFolder(), 'changes');
  const instruments = [await writeChanges(folder, modelText, textStream())];
  const model = byteModel();
  const original = modelText(model);
  await runPipeline(model, [tidy(), tidy(), sneak({ factor: 2 }), sneak()], context, { instruments });
  expect(await listing(folder)).toEqual(['0000-original.txt', '0001-1-tidy.txt', '0002-3-sneak.txt']);
  expect(await readFile(join(folder, '0000-original.txt'), 'utf8')).toBe(original);
  const tidied = await readFile(join(folder, '0001-1-tidy.txt'), 'utf8');
  expect(modelText(parseModel(tidied))).toBe(tidied);
});

test('a stream gets the texts under headings that are comments', async () => {
  const stdout = textStream();
  const model = byteModel();
  await runPipeline(model, [tidy()], context, { instruments: [await writeChanges('-', modelText, stdout)] });
  const parts = stdout.text().split(/^(# .*)\n/m);
  expect([parts[1], parts[3]]).toEqual(['# the model as it was', "# patch 1 'identities' of pass tidy at 1"]);
  expect(parts[4]).toBe(modelText(model));
});

test('a folder that is there already, or cannot be made, is refused', async () => {
  const folder = await emptyFolder();
  await mkdir(join(folder, 'full'));
  for (const path of [join(folder, 'full'), join(folder, 'none', 'below')]) {
    await expect(writeChanges(path, modelText, textStream())).rejects.toMatchObject({
      code: 'output-unwritable',
    });
  }
});
