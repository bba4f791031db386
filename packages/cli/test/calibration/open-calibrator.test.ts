import { readModel } from '@sentei/ir';
import { expect, test } from 'vitest';
import { openCalibrator } from '../../src/calibration/open-calibrator.ts';
import { SILENT } from '../../src/progress.ts';
import { emptyFolder, savedModel } from '../support/models.ts';
import { savedVariedText } from '../support/varied-text.ts';

test('passes get statistics of the data that calibrates and of that which selects', async () => {
  const folder = await emptyFolder();
  const [path, data] = [await savedModel(folder), await savedVariedText(folder, 2 ** 14)];
  const calibrator = openCalibrator({ model: path, data, listener: SILENT });
  const model = await readModel(path);
  const [output] = model.graph.outputs;
  if (output === undefined) throw new Error('the model has no output');
  const taps = [{ value: output, moments: 'feature' }] as const;
  const calibration = await calibrator.collect(model, taps);
  expect(calibration).toMatchObject({ examples: 4, taps: [{ rows: 4096, features: 256 }] });
  const selection = await calibrator.collect(model, taps, { split: 'selection' });
  expect(selection.taps[0]?.moments?.mean).not.toEqual(calibration.taps[0]?.moments?.mean);
});

test('data that are not there are only missed when somebody asks', async () => {
  const path = await savedModel(await emptyFolder());
  const calibrator = openCalibrator({ model: path, data: '/nowhere.txt', listener: SILENT });
  const model = await readModel(path);
  const asking = calibrator.collect(model, [{ value: 'ids', moments: 'value' }]);
  await expect(asking).rejects.toMatchObject({ code: 'invalid-data' });
});
