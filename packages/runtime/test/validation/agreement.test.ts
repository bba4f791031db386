import { type Example, hostTensor } from '@sentei/data';
import { expect, test } from 'vitest';
import { compareAgreement } from '../../src/validation/agreement.ts';
import { example, listDataset } from '../support/list-dataset.ts';
import { ignoreProgress, loadedPair } from '../support/pair.ts';
import { bigramModel, doublingModel, twiceModel } from '../support/tiny-model.ts';

/** After each byte the same byte, by so much. */
function echoTable(by: number): Float32Array {
  const table = new Float32Array(65536);
  for (let byte = 0; byte < 256; byte += 1) table[byte * 257] = by;
  return table;
}

const windows = (count: number): Example[] =>
  Array.from({ length: count }, (_, index) =>
    example(
      { bytes: hostTensor('int64', [3], BigInt64Array.of(1n, 2n, BigInt(index))) },
      undefined,
      `row ${index}`,
    ),
  );

const options = { examples: 4, onProgress: ignoreProgress };

test('equal models agree, others by as much as their distributions differ', async () => {
  const same = await loadedPair(bigramModel(echoTable(1)), bigramModel(echoTable(1)));
  expect(await compareAgreement(same, listDataset(windows(9)), options)).toEqual([
    {
      output: 'scores',
      where: 'list',
      examples: 4,
      cosine: { mean: expect.closeTo(1, 9), deviation: expect.closeTo(0, 9), interval: expect.anything() },
      divergence: { mean: 0, deviation: 0, interval: { lower: 0, upper: 0, confidence: 0.95 } },
      top1: { mean: 1, deviation: 0, interval: { lower: 1, upper: 1, confidence: 0.95 } },
    },
  ]);
  const other = await loadedPair(bigramModel(echoTable(1)), bigramModel(echoTable(-1)));
  const [found] = await compareAgreement(other, listDataset(windows(2)), options);
  // p is e / (e + 255) of one byte and 1 / (e + 255) of the others, q the same with 1/e.
  const [sumP, sumQ] = [Math.E + 255, 1 / Math.E + 255];
  const expected = (Math.E / sumP) * (2 - Math.log(sumP / sumQ)) - (255 / sumP) * Math.log(sumP / sumQ);
  expect(found?.divergence?.mean).toBeCloseTo(expected, 6);
  expect(found).toMatchObject({ examples: 2, top1: { mean: 0 } });
});

test('outputs of another shape are a fault of the candidate', async () => {
  const pair = await loadedPair(doublingModel(), twiceModel());
  const rows = [example({ x: hostTensor('float32', [4], new Float32Array(4)) })];
  await expect(compareAgreement(pair, listDataset(rows), options)).rejects.toMatchObject({
    code: expect.stringMatching(/models-differ|runtime-failed/),
    message: expect.stringContaining('pruned model'),
  });
});

test('NaN among the outputs is an error, unless it is to be counted', async () => {
  const pair = await loadedPair(doublingModel(), doublingModel());
  const rows = [
    example({ x: hostTensor('float32', [4], new Float32Array(4).fill(Number.NaN)) }, undefined, 'row 7'),
  ];
  await expect(compareAgreement(pair, listDataset(rows), options)).rejects.toMatchObject({
    code: 'not-numbers',
    message: "the original: row 7: output 'y' has NaN",
  });
  const [found] = await compareAgreement(pair, listDataset(rows), { ...options, strict: false });
  expect(found?.divergence?.mean).toBeNaN();
});
