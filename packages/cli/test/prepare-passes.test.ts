import { pipelineToJson, printPipeline } from '@sentei/ir';
import { expect, test } from 'vitest';
import { listPlugins, preparePasses } from '../src/prepare-passes.ts';
import { emptyFolder } from './support/models.ts';
import { FAKES } from './support/passes.ts';
import { installPlugin } from './support/plugins.ts';

test('without more the pipeline is the default one', async () => {
  const { steps, plugins, make } = await preparePasses({});
  expect([steps.map(({ id }) => id), plugins]).toEqual([['cleanup', 'acp', 'collapse', 'cleanup'], []]);
  expect(make().map(({ id }) => id)).toEqual(['cleanup', 'acp', 'collapse', 'cleanup']);
});

test('packages that are named are looked up in the folder, by the pipeline and by themselves', async () => {
  const pluginFolder = await emptyFolder();
  await installPlugin(pluginFolder, '@acme/passes', 'shorten');
  const source = { factories: FAKES, pluginFolder };
  const named = await preparePasses({ ...source, pipeline: 'tidy, repeat(@acme/passes:shorten)' });
  expect(listPlugins(named.plugins)).toEqual([{ package: '@acme/passes', version: '1.2.3' }]);
  const loaded = await preparePasses({ ...source, pipeline: 'shorten', plugins: ['@acme/passes'] });
  expect(loaded.make().map(({ id }) => id)).toEqual(['shorten']);
  await expect(preparePasses({ ...source, pipeline: 'shorten' })).rejects.toMatchObject({
    code: 'unknown-pass',
  });
  await expect(preparePasses({ ...source, plugins: ['../x'] })).rejects.toMatchObject({
    code: 'invalid-plugin',
  });
});

test('a pipeline may be JSON, as it stands in a report', async () => {
  const json =
    '[{ "pass": "repeat", "options": { "rounds": 3 }, "passes": [{ "pass": "sneak", "options": { "factor": 2 } }] }]';
  const { steps } = await preparePasses({ pipeline: ` ${json}`, factories: FAKES });
  expect([printPipeline(steps), pipelineToJson(steps)]).toEqual([
    'repeat{rounds=3}(sneak{factor=2})',
    JSON.parse(json),
  ]);
  for (const pipeline of ['[', '[1]', '[{ "pass": "a b" }]', `${'['.repeat(50_000)}`]) {
    await expect(preparePasses({ pipeline, factories: FAKES })).rejects.toMatchObject({
      code: 'pipeline-syntax',
    });
  }
});
