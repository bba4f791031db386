import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { emptyFolder, listing, savedModel } from '../support/models.ts';
import { installPlugin } from '../support/plugins.ts';
import { sentei } from '../support/streams.ts';

test('prune saves a failed run and one command runs it again', async () => {
  const folder = await emptyFolder();
  const model = await savedModel(folder);
  await installPlugin(folder, 'broken-passes', 'broken', 'model.graph.remove(node)');
  const home = process.cwd();
  onTestFinished(() => process.chdir(home));
  process.chdir(folder);
  const flags = ['--out', 'out', '--reproducer', 'repro', '--pipeline', 'cleanup, broken-passes:broken'];
  const pruned = await sentei(['prune', model, ...flags]);
  expect([pruned.code, pruned.stderr]).toEqual([
    1,
    expect.stringContaining('saved: sentei reproduce repro\n'),
  ]);
  expect(await listing(join(folder, 'repro'))).toEqual(['error.txt', 'model.onnx', 'pipeline.json']);

  const again = await sentei(['reproduce', 'repro']);
  expect([again.code, again.stdout]).toEqual([
    0,
    expect.stringMatching(/^reproduced: pass broken at 2, run 1, patch 'rename'/),
  ]);
  expect((await sentei(['reproduce', 'none'])).code).toBe(3);
  // What is there already is never written over.
  expect((await sentei(['prune', model, ...flags])).code).toBe(6);
});
