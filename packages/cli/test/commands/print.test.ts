import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { modelText } from '../../src/model-text.ts';
import { byteModel, emptyFolder, savedModel } from '../support/models.ts';
import { sentei } from '../support/streams.ts';

test('the text of a model goes to the terminal or to a file', async () => {
  const folder = await emptyFolder();
  const model = await savedModel(folder);
  const text = modelText(byteModel());
  expect(await sentei(['print', model])).toEqual({ code: 0, stdout: text, stderr: '' });
  const out = join(folder, 'new', 'model.txt');
  expect(await sentei(['print', model, '--out', out])).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(await readFile(out, 'utf8')).toBe(text);
  expect((await sentei(['print', model, '--out', folder])).code).toBe(6);
  expect((await sentei(['print', 'none.onnx'])).code).toBe(3);
});
