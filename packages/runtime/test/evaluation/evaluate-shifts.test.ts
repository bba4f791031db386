import { type Feeds, hostTensor, type Outputs } from '@sentei/data';
import { expect, test } from 'vitest';
import type { EvaluatedSession } from '../../src/evaluation/evaluate.ts';
import { evaluateShifts } from '../../src/evaluation/evaluate-shifts.ts';
import { accuracy } from '../../src/metrics/accuracy.ts';
import { example, listDataset } from '../support/list-dataset.ts';

/** A classifier that says the sign of a number, and one that fails on small numbers. */
function model(blind: number): EvaluatedSession {
  const session = {
    path: 'model.onnx',
    inputs: [{ name: 'x', type: 'float32', dims: ['batch', 1] }],
    outputs: [{ name: 'y', type: 'float32', dims: ['batch', 2] }],
    run: async ({ x }: Feeds): Promise<Outputs> => {
      const values = x?.type === 'float32' ? [...x.data] : [];
      const scores = values.flatMap((value) => (value > 0 || Math.abs(value) < blind ? [0, 1] : [1, 0]));
      return { y: hostTensor('float32', [values.length, 2], Float32Array.from(scores)) };
    },
    reduce: async () => ({}),
  } as const;
  return session;
}

const data = (scale: number, size = 200) =>
  listDataset(
    Array.from({ length: size }, (_, index) => {
      const value = (index % 2 === 0 ? 1 : -1) * scale * (1 + (index % 7));
      return example({ x: hostTensor('float32', [1], Float32Array.of(value)) }, Number(value > 0));
    }),
  );

test('each shift is compared with the clean data', async () => {
  const steps: string[] = [];
  const shifts = { smaller: data(0.1), larger: data(10, 150) };
  const found = await evaluateShifts(
    model(0),
    model(0.5),
    accuracy({ output: 'y' }),
    { clean: data(1), shifts },
    { batch: 16, bootstrap: { resamples: 300 }, onProgress: ({ message }) => steps.push(message) },
  );
  expect(Object.keys(found)).toEqual(['smaller', 'larger']);
  expect(found.smaller).toMatchObject({
    isFragile: true,
    clean: { difference: 0 },
    shifted: { original: 1 },
  });
  expect(found.smaller?.shifted.candidate).toBeLessThan(0.9);
  expect(found.larger).toMatchObject({ isFragile: false, excess: { value: 0 }, shifted: { examples: 150 } });
  expect(steps).toHaveLength(2 * (200 + 200 + 150));
});
