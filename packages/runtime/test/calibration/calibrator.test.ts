import { Node, toAttribute, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { createCalibrator } from '../../src/calibration/calibrator.ts';
import { datasetOf, manyExamples, tappableModel } from '../support/calibration.ts';

const model = tappableModel();
const [first, second] = [manyExamples(4), manyExamples(7)];

test('a pass gets statistics of the split it asks for, calibration by default', async () => {
  const calibrator = createCalibrator({
    splits: { calibration: datasetOf(first), selection: datasetOf(second) },
  });
  const taps = [{ value: 'y', moments: 'value' }] as const;
  const calibration = await calibrator.collect(model, taps);
  expect(calibration.examples).toBe(4);
  expect(calibration.taps[0]?.moments?.count).toBe(first.flat().length);
  expect((await calibrator.collect(model, taps, { split: 'selection' })).examples).toBe(7);
});

test('a figure that the model is made to compute is tapped as a scalar', async () => {
  const calibrator = createCalibrator({ splits: { calibration: datasetOf(first) }, batch: 1 });
  const copy = tappableModel();
  const sum = new Value('sum');
  const [output] = copy.graph.outputs;
  copy.graph.append(
    new Node('ReduceMax', [output ?? null], [sum], { attributes: [['keepdims', toAttribute(0n)]] }),
  );
  const { taps } = await calibrator.collect(copy, [{ value: sum, moments: 'value' }]);
  const largest = first.map((numbers) =>
    Math.max(...numbers.map((each, index) => Math.max(0, 2 * each) + 1 + (index % 4))),
  );
  expect(taps[0]?.moments?.count).toBe(4);
  expect(taps[0]?.moments?.maximum[0]).toBeCloseTo(Math.max(...largest), 6);
});

test('a split without data, and a signal of the caller, stop it', async () => {
  const calibrator = createCalibrator({ splits: { calibration: datasetOf(first) } });
  const taps = [{ value: 'y', moments: 'value' }] as const;
  await expect(calibrator.collect(model, taps, { split: 'selection' })).rejects.toMatchObject({
    code: 'invalid-data',
  });
  await expect(calibrator.collect(model, taps, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'cancelled',
  });
});
