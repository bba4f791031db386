import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostTensor } from '@sentei/data';
import { expect, onTestFinished, test } from 'vitest';
import { resolveMetric } from '../../src/metrics/resolve-metric.ts';
import type { Signature } from '../../src/process/protocol.ts';
import { example, listDataset } from '../support/list-dataset.ts';

const classifier: Signature = {
  inputs: [{ name: 'x', type: 'float32', dims: ['b', 2] }],
  outputs: [{ name: 'y', type: 'float32', dims: ['b', 3] }],
};
const dataset = listDataset([example({ x: hostTensor('float32', [2], new Float32Array(2)) }, 1)]);

test('the user goes before the card, and the card before what fits', async () => {
  expect((await resolveMetric(classifier, dataset)).name).toBe('top-1 accuracy');
  expect((await resolveMetric(classifier, dataset, { stated: 'f1' })).name).toBe('macro F1');
  const both = await resolveMetric(classifier, dataset, { named: 'top-5', stated: 'f1' });
  expect(both.name).toBe('top-5 accuracy');
});

test('a module is loaded for the user and never for a card', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sentei-metric-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'mine.mjs');
  const source = "export default { name: 'mine', lowerIsBetter: true, score: () => 1, reduce: () => 1 }";
  await writeFile(path, source);
  expect((await resolveMetric(classifier, dataset, { named: path })).name).toBe('mine');
  await expect(resolveMetric(classifier, dataset, { stated: path })).rejects.toMatchObject({
    code: 'invalid-option',
  });
  await expect(resolveMetric(classifier, dataset, { named: './missing.mjs' })).rejects.toMatchObject({
    code: 'invalid-plugin',
  });
});

test('an empty dataset has no metric', async () => {
  await expect(resolveMetric(classifier, listDataset([]))).rejects.toMatchObject({ code: 'invalid-data' });
});

test('a very short first example does not hide what its inputs are', async () => {
  const inputs = ['t', 'm'].map((name) => ({ name, type: 'int64', dims: ['b', 's'] }) as const);
  const model = { inputs, outputs: [{ name: 'y', type: 'float32', dims: ['b', 's', 9] } as const] };
  const row = (...tokens: number[]) => {
    const ints = (values: number[]) =>
      hostTensor('int64', [values.length], BigInt64Array.from(values, BigInt));
    return example({ t: ints(tokens), m: ints(tokens.map(() => 1)) });
  };
  const { reduction } = await resolveMetric(model, listDataset([row(4), row(4, 2, 7)]), {
    stated: 'perplexity',
  });
  expect(reduction).toMatchObject({ ids: 't', mask: 'm' });
});
