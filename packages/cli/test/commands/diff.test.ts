import { join } from 'node:path';
import { writeModel } from '@sentei/ir';
import { expect, test } from 'vitest';
import { byteModel, emptyFolder, savedModel } from '../support/models.ts';
import { sentei } from '../support/streams.ts';

test('two models are compared line by line, and equal ones are silent', async () => {
  const folder = await emptyFolder();
  const before = await savedModel(folder);
  expect(await sentei(['diff', before, before])).toEqual({ code: 0, stdout: '', stderr: '' });
  const after = join(folder, 'after.onnx');
  const model = byteModel();
  for (const node of model.graph.nodes()) if (node.is('Add')) node.opType = 'Sub';
  await writeModel(model, after);
  const { code, stdout } = await sentei(['diff', before, after]);
  expect([code, stdout.split('\n').slice(0, 2)]).toEqual([0, [`--- ${before}`, `+++ ${after}`]]);
  expect(stdout.match(/^-.*Add/gm)).toHaveLength(1);
  expect(stdout.match(/^\+.*Sub/gm)).toHaveLength(1);
});
