import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSplits } from '../src/data-splits.ts';
import { prepareJudge } from '../src/prepare-judge.ts';
import { byteModel, emptyFolder, savedModel, savedText } from './support/models.ts';
import { blur, tidy } from './support/passes.ts';
import { savedVariedText } from './support/varied-text.ts';

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
    warnings: [
      'blur has nothing to judge on and will refuse all it finds: give a text or a dataset card with --data',
    ],
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
    expect.stringContaining('the data is not used: text measures byte-level language models only'),
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

test('a card is judged on, or said to be of no use for it', async () => {
  const folder = await emptyFolder();
  await savedVariedText(folder, 40 * 64);
  const card = join(folder, 'card.json');
  const source = { kind: 'bytes', path: 'varied.txt', length: 64 };
  await writeFile(card, JSON.stringify({ version: 1, source }));
  const prepare = async (model: ReturnType<typeof byteModel>) =>
    prepareJudge({
      model: await savedModel(folder, model),
      passes: [blur()],
      splits: undefined,
      card,
      folder,
      threads: 1,
    });
  const found = await prepare(byteModel({ logits: 0 }));
  expect(found).toMatchObject({
    warnings: [],
    heldout: undefined,
    data: { metric: { name: 'bits per byte' } },
  });
  expect(await found.judge?.measure(byteModel({ logits: 0 }), 'calibration')).toBeCloseTo(8, 5);
  const other = await prepare(byteModel({ vocabulary: 300 }));
  expect(other.judge).toBeUndefined();
  expect(other.data?.dataset?.size).toBe(20);
  expect(other.warnings[0]).toContain('nothing is judged on the data: no metric fits');
});
