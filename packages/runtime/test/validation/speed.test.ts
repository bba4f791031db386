import { expect, test } from 'vitest';
import { compareSpeed } from '../../src/validation/speed.ts';
import { ignoreProgress, loadedPair } from '../support/pair.ts';
import { doublingModel, identityModel, positionalModel } from '../support/tiny-model.ts';

const table = new Float32Array(65536);

test('lengths that the original cannot run are left out', async () => {
  const model = positionalModel(table, 600);
  const steps: string[] = [];
  const { figures, leftOut } = await compareSpeed(
    await loadedPair(model, model),
    new Uint8Array(50),
    'short',
    ({ message, done, total }) => steps.push(`${message} ${done}/${total}`),
  );
  expect(figures.map(({ label, inputs, length }) => [label, inputs, length])).toEqual([
    ['length 64', 'held-out text', 64],
    ['length 512', 'held-out text', 512],
  ]);
  for (const { rounds, speedup } of figures) expect(speedup.count).toBe(rounds);
  expect(leftOut.map(({ part, what }) => [part, what])).toEqual([
    ['speed', 'length 1024'],
    ['speed', 'length 2048'],
  ]);
  expect(steps).toEqual([
    'speed at length 64 0/4',
    'speed at length 512 1/4',
    'speed at length 1024 2/4',
    'speed at length 2048 3/4',
    'speed 4/4',
  ]);
});

test('a model of fixed length is timed at batch sizes, one of fixed size once', async () => {
  const labels = async (model: Uint8Array) => {
    const { figures } = await compareSpeed(
      await loadedPair(model, model),
      undefined,
      'short',
      ignoreProgress,
    );
    return figures.map(({ label, inputs }) => [label, inputs]);
  };
  expect(await labels(doublingModel())).toEqual([
    ['batch 1', 'synthesized'],
    ['batch 4', 'synthesized'],
  ]);
  expect(await labels(identityModel(1, [2, 3]))).toEqual([['fixed size', 'synthesized']]);
});

test('a candidate that cannot run a length is an error', async () => {
  const pair = await loadedPair(positionalModel(table, 600), positionalModel(table, 100));
  await expect(compareSpeed(pair, undefined, 'short', ignoreProgress)).rejects.toMatchObject({
    code: 'runtime-failed',
  });
});
