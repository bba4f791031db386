import { type Feeds, hostTensor } from '@sentei/data';
import { expect, test } from 'vitest';
import { Accumulator } from '../../src/calibration/accumulator.ts';
import { Reducer } from '../../src/calibration/reducer.ts';
import { planOf } from '../support/calibration.ts';

const x = hostTensor('float32', [1, 1], Float32Array.of(3));
const items = { examples: [0], parts: [0] };
const run = (feeds: Feeds, outputs: readonly string[]) => {
  const tensor = feeds.x ?? x;
  return Promise.resolve(Object.fromEntries(outputs.map((name) => [name, tensor])));
};

test('batches add up until they are taken', async () => {
  const plan = planOf({ value: 'h', moments: 'value' });
  const reducer = new Reducer(run, ['h']);
  await reducer.reduce({ step: 'begin', plan });
  for (let batch = 0; batch < 2; batch += 1)
    expect(await reducer.reduce({ step: 'add', feeds: { x }, items })).toEqual({});
  const counts = [];
  for (let time = 0; time < 2; time += 1) {
    const { statistics = new Uint8Array() } = await reducer.reduce({ step: 'take' });
    counts.push(Accumulator.decode(statistics, plan, 'x').results()[0]?.rows);
  }
  expect(counts).toEqual([2, 0]);
});

test('inputs are taken from the feeds, and the model is not run for them alone', async () => {
  const plan = planOf({ value: 'x', moments: 'value' });
  const reducer = new Reducer(() => Promise.reject(new Error('ran')), ['h']);
  await reducer.reduce({ step: 'begin', plan });
  expect(await reducer.reduce({ step: 'add', feeds: { x }, items })).toEqual({});
});

test('a fault comes back as data, a failure of the model as it is', async () => {
  const nan = hostTensor('float32', [1, 1], Float32Array.of(Number.NaN));
  const reducer = new Reducer(run, ['h']);
  await reducer.reduce({ step: 'begin', plan: planOf({ value: 'h', moments: 'value' }) });
  expect(await reducer.reduce({ step: 'add', feeds: { x: nan }, items })).toEqual({
    fault: { code: 'invalid-data', value: 'h', message: 'holds NaN', item: 0 },
  });
  const failing = new Reducer(() => Promise.reject(new Error('no memory')), ['h']);
  await failing.reduce({ step: 'begin', plan: planOf({ value: 'h', moments: 'value' }) });
  await expect(failing.reduce({ step: 'add', feeds: { x }, items })).rejects.toThrow('no memory');
});

test('nothing can be added before it has begun', async () => {
  await expect(new Reducer(run, []).reduce({ step: 'take' })).rejects.toThrow('no calibration has begun');
});
