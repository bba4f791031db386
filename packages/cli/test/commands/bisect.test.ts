import { expect, onTestFinished, test } from 'vitest';
import { emptyFolder, savedModel } from '../support/models.ts';
import { installPlugin } from '../support/plugins.ts';
import { sentei } from '../support/streams.ts';

test('the patch is shown with its number, its place, its nodes and what it changes', async () => {
  const folder = await emptyFolder();
  const model = await savedModel(folder);
  await installPlugin(folder, 'wild-passes', 'wild', 'node.opType = "GatherND"');
  const home = process.cwd();
  onTestFinished(() => process.chdir(home));
  process.chdir(folder);
  const flags = ['--passes', 'wild-passes', '--property', 'loads', '--threads', '1'];
  const found = await sentei(['bisect', model, '--pipeline', 'cleanup, wild', ...flags]);
  expect(found.code).toBe(0);
  expect(found.stdout).toMatch(
    /^found in \d runs: number \d+, patch 'rename' of pass wild at 2, run 1\nnodes: .*Gather.*\n---/,
  );
  expect(found.stdout).toMatch(/^\+.*GatherND/m);

  const held = await sentei(['bisect', model, '--pipeline', 'cleanup', '--threads', '1']);
  expect([held.code, held.stdout]).toEqual([9, '']);
  expect(held.stderr).toMatch(/sentei: with all \d+ patches 'agrees' holds\nhint: no patch is at fault\n$/);

  await installPlugin(folder, 'broken-passes', 'broken', 'model.graph.remove(node)');
  const broken = await sentei([
    'bisect',
    model,
    '--pipeline',
    'broken-passes:broken',
    '--property',
    'verify',
  ]);
  expect(broken.stdout).toMatch(
    /number 1, patch 'rename' of pass broken at 1, run 1\nnodes: .*\nsentei: patch 'rename'/,
  );
});

test('wrong usage ends with 2', async () => {
  for (const flags of [
    ['--property', 'speed'],
    ['--tolerance', '-1'],
    ['--heldout', 'x'],
  ]) {
    expect((await sentei(['bisect', 'm.onnx', ...flags])).code).toBe(2);
  }
});
