import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeFile, sizeFigure } from '../../src/validation/describe-file.ts';
import { emptyFolder, savedExternalModel, savedModel } from '../support/models.ts';

test('weights beside a model count', async () => {
  const inside = await describeFile(await savedModel(await emptyFolder()));
  expect(inside).toMatchObject({ externalBytes: 0, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const folder = await emptyFolder();
  const beside = await describeFile(await savedExternalModel(folder));
  expect(beside.externalBytes).toBe((await stat(join(folder, 'weights.bin'))).size);
  const figure = sizeFigure(inside, beside);
  expect(figure.value).toBeCloseTo((beside.fileBytes + beside.externalBytes) / inside.fileBytes, 12);
});
