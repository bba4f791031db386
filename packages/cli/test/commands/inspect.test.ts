import { expect, test } from 'vitest';
import { describeModel } from '../../src/describe-model.ts';
import { byteModel, emptyFolder, savedModel } from '../support/models.ts';
import { sentei } from '../support/streams.ts';

test('a model is shown as tables', async () => {
  const path = await savedModel(await emptyFolder());
  const { code, stdout, stderr } = await sentei(['inspect', path]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('│ MatMul   │     2 │');
  expect(stdout).not.toContain('\u001b');
});

test('as JSON it is the description with the file', async () => {
  const path = await savedModel(await emptyFolder());
  const { code, stdout } = await sentei(['inspect', '--json', path]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    path,
    fileBytes: expect.any(Number),
    ...JSON.parse(JSON.stringify(describeModel(byteModel()))),
  });
});
