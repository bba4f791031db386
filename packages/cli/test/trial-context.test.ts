import { stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { withTrialContext } from '../src/trial-context.ts';
import { emptyFolder, savedModel, savedText } from './support/models.ts';
import { blur, tidy } from './support/passes.ts';
import { recorder } from './support/streams.ts';

test('passes get a judge where there is text, and the scratch folder goes away', async () => {
  const folder = await emptyFolder();
  const model = await savedModel(folder);
  const data = await savedText(folder);
  const listener = recorder();
  const settings = { model, passes: [blur()], data, maxDrop: 0.2, threads: 1, listener };
  const scratch = await withTrialContext(settings, async (context, place) => {
    expect([context.judge?.metric.name, context.maxDrop]).toEqual(['bits per byte', 0.2]);
    expect(context.executor).toBeDefined();
    return place;
  });
  await expect(stat(scratch)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(listener.heard).toEqual([]);
});

test('it says what cannot be judged, and tidies up after a failure', async () => {
  const model = await savedModel(await emptyFolder());
  const listener = recorder();
  let scratch = '';
  const settings = { model, passes: [blur(), tidy()], maxDrop: 0, threads: 1, listener };
  const running = withTrialContext(settings, async ({ judge }, place) => {
    scratch = place;
    expect(judge).toBeUndefined();
    throw new RangeError('oh');
  });
  await expect(running).rejects.toThrow(RangeError);
  await expect(stat(scratch)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(listener.heard).toEqual([expect.stringMatching(/^warn blur has nothing to judge on/)]);
});
