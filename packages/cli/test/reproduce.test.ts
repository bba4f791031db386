import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prune } from '../src/prune.ts';
import { describeFailure, reproduce } from '../src/reproduce.ts';
import { emptyFolder, listing, savedModel } from './support/models.ts';
import { FAKES, tidy } from './support/passes.ts';
import { installPlugin } from './support/plugins.ts';
import { recorder } from './support/streams.ts';

/** Prunes with a pipeline that fails, and returns the reproducer's folder. */
async function failing(pipeline: string, parent: string): Promise<string> {
  const model = await savedModel(parent);
  const reproducer = join(parent, 'repro');
  const options = {
    model,
    out: join(parent, 'out'),
    pipeline,
    reproducer,
    factories: FAKES,
    pluginFolder: parent,
  };
  await expect(prune(options)).rejects.toThrow(/failed/);
  expect((await listing(parent)).filter((path) => path.startsWith('out'))).toEqual([]);
  return reproducer;
}

test('a failed run fails again in the same way', async () => {
  const folder = await failing('tidy, repeat(tidy, vandal)', await emptyFolder());
  const failure = await reproduce({ folder, factories: FAKES });
  expect(failure).toMatchObject({
    code: 'invalid-graph',
    pass: 'vandal',
    place: '2.2',
    number: 2,
    patch: 'vandalism',
  });
  expect(describeFailure(failure)).toMatch(
    /^pass vandal at 2\.2, run 1, patch 'vandalism' \(number 2\): invalid-graph: /,
  );
});

test('a pass that was mended, or fails otherwise, is told from one that fails as it did', async () => {
  const parent = await emptyFolder();
  await installPlugin(parent, 'wild-passes', 'wild', 'throw new Error("one")');
  const folder = await failing('wild-passes:wild', parent);
  expect((await reproduce({ folder, pluginFolder: parent })).message).toContain('failed: one');

  const elsewhere = await emptyFolder();
  await installPlugin(elsewhere, 'wild-passes', 'wild', 'throw new Error("two")');
  await expect(reproduce({ folder, pluginFolder: elsewhere })).rejects.toMatchObject({
    code: 'not-reproduced',
    message: expect.stringContaining('fails otherwise: pass wild at 1'),
    hint: expect.stringContaining('failed: one'),
  });
  const mended = await emptyFolder();
  await installPlugin(mended, 'wild-passes', 'wild');
  await expect(reproduce({ folder, pluginFolder: mended })).rejects.toMatchObject({
    message: expect.stringMatching(/repro does not fail$/),
  });
  await expect(reproduce({ folder, pluginFolder: await emptyFolder() })).rejects.toMatchObject({
    code: 'invalid-plugin',
  });
});

test('versions that are others than then are a warning', async () => {
  const folder = await failing('vandal', await emptyFolder());
  const path = join(folder, 'pipeline.json');
  await writeFile(path, (await readFile(path, 'utf8')).replace(/"sentei": "[^"]+"/, '"sentei": "0.0.1"'));
  const listener = recorder();
  await reproduce({ folder, factories: FAKES, listener });
  expect(listener.heard[0]).toMatch(/^warn sentei was 0\.0\.1 and is \d/);
});

test('a run that does not fail leaves no reproducer', async () => {
  const parent = await emptyFolder();
  const model = await savedModel(parent);
  const options = {
    model,
    pipeline: 'tidy',
    reproducer: join(parent, 'repro'),
    factories: [tidy],
    validation: 'none',
  } as const;
  await prune({ ...options, out: join(parent, 'out') });
  expect(await listing(parent)).toEqual([
    'out',
    'out/model.onnx',
    'out/report.html',
    'out/report.json',
    'tiny.onnx',
  ]);
});
