import { type Feeds, hostTensor, type Outputs } from '@sentei/data';
import { expect, test } from 'vitest';
import { compareOnData } from '../../src/evaluation/compare-on-data.ts';
import { example, listDataset } from '../support/list-dataset.ts';

/** A model that multiplies its input, which is padded to the batch. */
function model(factor: number) {
  const value = { name: 'x', type: 'float32', dims: ['batch', 'length'] } as const;
  return {
    inputs: [value],
    outputs: [{ ...value, name: 'y' }],
    run: async ({ x }: Feeds): Promise<Outputs> => {
      if (x?.type !== 'float32') throw new Error('no x');
      // Where there is padding the two models say something very different, which must not count.
      return {
        y: { ...x, data: x.data.map((element) => (element === -1 ? 100 * factor : element * factor)) },
      };
    },
  };
}

const x = (...values: number[]) => ({ x: hostTensor('float32', [values.length], Float32Array.from(values)) });
const dataset = listDataset([example(x(1, 2, 4)), example([x(3, 1), x(2)])], {
  values: { x: -1 },
  side: 'right',
});

test('runs of both models are compared without their padding', async () => {
  const progress: number[] = [];
  for (const batch of [1, 2, 3]) {
    const [figure] = await compareOnData(model(1), model(2), dataset, {
      batch,
      bootstrap: { resamples: 200 },
      onProgress: ({ done }) => progress.push(done),
    });
    expect(figure).toMatchObject({ output: 'y', runs: 3, elements: 6, maximumAbsoluteError: 4 });
    expect(figure?.cosineSimilarity.mean).toBeCloseTo(1, 12);
    expect(figure?.top1Agreement?.mean).toBe(1);
  }
  expect(progress).toEqual([1, 2, 1, 2, 1, 2]);
  const [part] = await compareOnData(model(1), model(2), dataset, { from: 1 });
  expect(part?.runs).toBe(2);
});

test('no examples, other outputs and an aborted signal stop it', async () => {
  const same = model(1);
  await expect(compareOnData(same, same, listDataset([]))).rejects.toMatchObject({ code: 'invalid-data' });
  const other = { ...same, run: async () => ({}) };
  await expect(compareOnData(same, other, dataset)).rejects.toMatchObject({
    code: 'invalid-data',
    subject: 'y',
  });
  const signal = AbortSignal.abort();
  await expect(compareOnData(same, same, dataset, { signal })).rejects.toMatchObject({ code: 'cancelled' });
});
