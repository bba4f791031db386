import { expect, test } from 'vitest';
import { bisect } from '../src/bisect.ts';
import { emptyFolder, listing, savedModel } from './support/models.ts';
import { FAKES } from './support/passes.ts';
import { recorder } from './support/streams.ts';

const FAST = { threads: 1, factories: FAKES } as const;

test('the patch that changes the outputs is found, and nothing is left', async () => {
  const folder = await emptyFolder();
  const listener = recorder();
  const model = await savedModel(folder);
  const found = await bisect({
    ...FAST,
    model,
    listener,
    pipeline: 'tidy, sneak, group(sneak{factor=3}), sneak, sneak',
  });
  expect(found.culprit).toMatchObject({ number: 3, pass: 'sneak', place: '3.1', patch: 'all weights' });
  const steps = listener.heard.filter((line) => line.startsWith('step'));
  expect(steps.slice(0, 2)).toEqual(['step trying all patches', 'step trying the first 2 patches']);
  expect(await listing(folder)).toEqual(['tiny.onnx']);
});

test('a patch with which the model does not load, or the graph is invalid, is found', async () => {
  const model = await savedModel(await emptyFolder());
  const odd = await bisect({ ...FAST, model, property: 'loads', pipeline: 'sneak, invention, sneak' });
  expect([odd.culprit.number, odd.culprit.pass]).toEqual([2, 'invention']);
  const broken = await bisect({ ...FAST, model, property: 'verify', pipeline: 'tidy, vandal' });
  expect([broken.culprit.number, broken.culprit.patch, broken.after]).toEqual([2, 'vandalism', undefined]);
});

test('where no patch is at fault that is said', async () => {
  const model = await savedModel(await emptyFolder());
  await expect(bisect({ ...FAST, model, pipeline: 'tidy, sneak' })).rejects.toMatchObject({
    code: 'not-reproduced',
    message: "with all 2 patches 'agrees' holds",
  });
  const command = `${JSON.stringify(process.execPath)} -e "process.exit(1)"`;
  await expect(bisect({ ...FAST, model, pipeline: 'tidy', command })).rejects.toMatchObject({
    code: 'not-reproduced',
    hint: 'ask for something that the original has',
  });
});
