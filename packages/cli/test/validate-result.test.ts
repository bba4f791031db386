import { expect, test } from 'vitest';
import { validateResult } from '../src/validate-result.ts';
import { byteModel, emptyFolder, savedModel } from './support/models.ts';
import { recorder } from './support/streams.ts';

async function validate(
  model: ReturnType<typeof byteModel>,
  effort: 'short' | 'none',
  heldout?: Uint8Array,
  isChanged = true,
) {
  const path = await savedModel(await emptyFolder(), model);
  const listener = recorder();
  const files = { original: path, candidate: path, heldout };
  const validation = await validateResult({ ...files, threads: 1, effort, isChanged, listener });
  return { validation, heard: listener.heard.filter((line) => !line.startsWith('progress')) };
}

test('a model that runs is compared, and what nothing is known of is said', async () => {
  const { validation, heard } = await validate(byteModel(), 'short', new Uint8Array(5));
  expect(validation).toMatchObject({ status: 'done', quality: [], threads: 1 });
  expect(heard).toEqual([
    'step comparing the result with the original',
    'warn quality could not be measured: the held-out text has only 5 bytes',
  ]);
});

test('a model that does not run is a warning', async () => {
  const model = byteModel();
  model.irVersion = 14;
  const { validation, heard } = await validate(model, 'short');
  expect(validation).toMatchObject({ status: 'impossible', reason: expect.stringContaining('IR version') });
  expect(heard[1]).toContain('warn the result could not be compared: ONNX Runtime cannot run the original');
});

test('no comparison is a warning too', async () => {
  expect(await validate(byteModel(), 'none')).toEqual({
    validation: { status: 'skipped', reason: 'as asked' },
    heard: ['warn the result was not compared with the original, as asked'],
  });
});

test('a copy of the original needs no comparison', async () => {
  expect(await validate(byteModel(), 'short', undefined, false)).toEqual({
    validation: { status: 'skipped', reason: 'the result is a copy of the original' },
    heard: ['info nothing was changed: the result is a copy of the original, byte by byte'],
  });
});
