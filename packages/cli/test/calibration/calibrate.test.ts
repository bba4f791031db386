import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CalibrationSettings, calibrateFile } from '../../src/calibration/calibrate.ts';
import { byteModel, emptyFolder, listing, savedModel } from '../support/models.ts';
import { recorder } from '../support/streams.ts';
import { savedVariedText } from '../support/varied-text.ts';

async function settings(more: Partial<CalibrationSettings> = {}): Promise<CalibrationSettings> {
  const folder = await emptyFolder();
  return {
    model: await savedModel(folder),
    data: await savedVariedText(folder),
    length: 64,
    split: 'calibration',
    listener: recorder(),
    ...more,
  };
}

test('the split of a text is run, and progress is heard', async () => {
  const listener = recorder();
  const statistics = await calibrateFile(await settings({ listener }));
  expect(statistics.covered).toEqual([[0, 4]]);
  expect(statistics.identity.data.examples).toBe(32);
  expect(listener.heard).toContain('progress examples 32/32');
});

test('an interrupted run says how it goes on', async () => {
  const controller = new AbortController();
  const folder = await emptyFolder();
  const cache = join(folder, 'cache');
  const listener = {
    ...recorder(),
    progress: ({ done }: { done: number }) => {
      if (done > 0) controller.abort();
    },
  };
  const running = calibrateFile(await settings({ cache, listener, signal: controller.signal }));
  await expect(running).rejects.toMatchObject({ code: 'cancelled', hint: expect.stringContaining(cache) });
  expect(await listing(cache)).toHaveLength(1);
});

test('a model whose numbers are not finite is refused, with value and place', async () => {
  const folder = await emptyFolder();
  const model = await savedModel(folder, byteModel({ branch: Number.NaN }));
  await expect(calibrateFile(await settings({ model }))).rejects.toMatchObject({
    code: 'invalid-data',
    message: expect.stringMatching(/holds NaN at .*bytes 0 to 64/),
  });
});
