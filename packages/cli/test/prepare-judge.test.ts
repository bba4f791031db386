import { expect, test } from 'vitest';
import { readSplits } from '../src/data-splits.ts';
import { prepareJudge } from '../src/prepare-judge.ts';
import { byteModel, emptyFolder, savedModel, savedText } from './support/models.ts';
import { blur, tidy } from './support/passes.ts';

test('a byte-level language model with text gets a judge, and its held-out text', async () => {
  const folder = await emptyFolder();
  const splits = await readSplits({ data: await savedText(folder, 8192) });
  const path = await savedModel(folder, byteModel({ logits: 0 }));
  const found = await prepareJudge({ model: path, passes: [blur()], splits, folder, threads: 1 });
  expect(found.warnings).toEqual([]);
  expect(found.heldout).toHaveLength(4096);
  expect(await found.judge?.measure(byteModel({ logits: 0 }), 'selection')).toBeCloseTo(8, 5);
});

test('without text an empirical pass has nothing to judge on', async () => {
  const options = { model: 'not read', splits: undefined, folder: '.', threads: 1 };
  expect(await prepareJudge({ ...options, passes: [tidy(), blur(), blur()] })).toEqual({
    judge: undefined,
    heldout: undefined,
    warnings: ['blur has nothing to judge on and will refuse all it finds: give a text with --data'],
  });
  expect((await prepareJudge({ ...options, passes: [tidy()] })).warnings).toEqual([]);
});

test('text for another kind of model, or for none that runs, is said to be unused', async () => {
  const folder = await emptyFolder();
  const splits = await readSplits({ data: await savedText(folder, 8192) });
  const warningsFor = async (model: ReturnType<typeof byteModel>) => {
    const path = await savedModel(folder, model);
    const found = await prepareJudge({ model: path, passes: [blur()], splits, folder, threads: 1 });
    expect([found.judge, found.heldout]).toEqual([undefined, undefined]);
    return found.warnings;
  };
  expect(await warningsFor(byteModel({ vocabulary: 300 }))).toEqual([
    expect.stringContaining('the data is not used: the model is not a byte-level language model'),
    'blur has nothing to judge on and will refuse all it finds',
  ]);
  const future = byteModel();
  future.irVersion = 14;
  expect((await warningsFor(future))[0]).toContain('ONNX Runtime cannot run the model');
});

test('an interruption is not taken for a model that does not run', async () => {
  const folder = await emptyFolder();
  const splits = await readSplits({ data: await savedText(folder) });
  const model = await savedModel(folder);
  const preparing = prepareJudge({
    model,
    passes: [],
    splits,
    folder,
    threads: 1,
    signal: AbortSignal.abort(),
  });
  await expect(preparing).rejects.toMatchObject({ code: 'cancelled' });
});
