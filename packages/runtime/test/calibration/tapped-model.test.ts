import { readModel, writeModelBytes } from '@sentei/ir';
import { expect, test } from 'vitest';
import { planTaps } from '../../src/calibration/plan-taps.ts';
import { writeTappedModel } from '../../src/calibration/tapped-model.ts';
import { tappableModel } from '../support/calibration.ts';
import { modelFile } from '../support/model-file.ts';

async function tapped(...names: string[]) {
  const model = tappableModel();
  const before = writeModelBytes(model);
  const path = await modelFile(new Uint8Array());
  const taps = names.map((value) => ({ value, moments: 'value' }) as const);
  await writeTappedModel(model, planTaps(model, taps, 'refuse'), path);
  expect(writeModelBytes(model)).toEqual(before);
  return (await readModel(path)).graph;
}

test('outputs are the tapped values, and what none of them needs is left out', async () => {
  const graph = await tapped('h', 'x');
  expect(graph.outputs.map(({ name }) => name)).toEqual(['h']);
  expect([...graph.nodes()].map(({ opType }) => opType)).toEqual(['Add']);
  expect(graph.initializers.size).toBe(0);
});

test('where only inputs are tapped, the model still returns something', async () => {
  expect((await tapped('x')).outputs.map(({ name }) => name)).toEqual(['z']);
});
