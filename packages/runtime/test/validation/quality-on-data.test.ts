import { type Example, hostTensor } from '@sentei/data';
import { expect, test } from 'vitest';
import { type Metric, meanMetric } from '../../src/metrics/metric.ts';
import { compareQualityOnData } from '../../src/validation/quality-on-data.ts';
import { example, listDataset } from '../support/list-dataset.ts';
import { ignoreProgress, loadedPair } from '../support/pair.ts';
import { doublingModel, ELEMENT, tinyModel, twiceModel } from '../support/tiny-model.ts';

const dims = ['batch', 4];

/** y = x · scale. */
const scaledModel = (scale: number) =>
  tinyModel({
    inputs: [{ name: 'x', type: ELEMENT.float, dims }],
    outputs: [{ name: 'y', type: ELEMENT.float, dims }],
    nodes: [{ op: 'Mul', inputs: ['x', 'scale'], outputs: ['y'] }],
    initializers: [
      { name: 'scale', type: ELEMENT.float, dims: [], bytes: new Uint8Array(Float32Array.of(scale).buffer) },
    ],
  });

/** The first element of the output. */
const first: Metric<number> = meanMetric({
  name: 'first',
  lowerIsBetter: false,
  score: (_example, [outputs]) => Number(outputs?.y?.data[0]),
});

const rows = (count: number, of = (index: number) => index + 1): Example[] =>
  Array.from({ length: count }, (_, index) =>
    example(
      { x: hostTensor('float32', [4], new Float32Array(4).fill(of(index))) },
      undefined,
      `row ${index}`,
    ),
  );

const options = { effort: 'full', onProgress: ignoreProgress } as const;

test('both models on the same examples, as they are and shifted, with intervals', async () => {
  const pair = await loadedPair(doublingModel(), scaledModel(1.9));
  const shifts = [{ shift: 'larger=10', dataset: listDataset(rows(3, () => 10)) }];
  const data = { dataset: listDataset(rows(5)), metric: first, shifts };
  const figures = await compareQualityOnData(pair, data, options);
  expect(figures).toMatchObject([
    {
      metric: 'first',
      where: 'list',
      shift: null,
      examples: 5,
      original: 6,
      candidate: expect.closeTo(5.7, 5),
    },
    {
      where: 'larger=10',
      shift: 'larger=10',
      examples: 3,
      original: 20,
      drop: expect.closeTo(0.05, 5),
      excess: { value: expect.closeTo(0, 5), confidence: 0.95 },
    },
  ]);
  expect(figures[0]?.excess).toBeUndefined();
  expect(figures[0]?.drop).toBeCloseTo(0.05, 5);
  expect(figures[0]?.interval).toMatchObject({ confidence: 0.95, lower: expect.closeTo(0.05, 5) });
});

test('a short comparison looks at the first examples, and one example has no interval', async () => {
  const pair = await loadedPair(doublingModel(), doublingModel());
  const steps: string[] = [];
  const short = await compareQualityOnData(
    pair,
    { dataset: listDataset(rows(70)), metric: first },
    {
      effort: 'short',
      batch: 32,
      onProgress: ({ message, done, total }) => steps.push(`${message} ${done}/${total}`),
    },
  );
  expect(short).toMatchObject([{ examples: 64, drop: 0 }]);
  expect(steps.at(-1)).toBe('first on list 128/128');
  const [single] = await compareQualityOnData(
    pair,
    { dataset: listDataset(rows(1)), metric: first },
    options,
  );
  expect(single?.interval).toBeNull();
});

test('without a metric there is nothing to compare, and shifts may come alone', async () => {
  const pair = await loadedPair(doublingModel(), doublingModel());
  const dataset = listDataset(rows(3));
  expect(await compareQualityOnData(pair, { dataset }, options)).toEqual([]);
  const shifts = [{ shift: 'noise=0.1', dataset }];
  expect(await compareQualityOnData(pair, { metric: first, shifts }, options)).toMatchObject([
    { shift: 'noise=0.1', where: 'noise=0.1', examples: 3 },
  ]);
});

test('what is wrong with the data is an error that names the row', async () => {
  const pair = await loadedPair(doublingModel(), doublingModel());
  const compare = (examples: Example[]) =>
    compareQualityOnData(pair, { dataset: listDataset(examples), metric: first }, options);
  await expect(compare([])).rejects.toMatchObject({
    code: 'invalid-data',
    message: 'list: there is no example to evaluate on',
  });
  const integers = example({ x: hostTensor('int64', [4], new BigInt64Array(4)) });
  await expect(compare([integers])).rejects.toMatchObject({
    code: 'invalid-data',
    message: expect.stringContaining('is int64, the model takes float32'),
  });
  await expect(compare(rows(1, () => Number.NaN))).rejects.toMatchObject({
    code: 'not-numbers',
    message: "the original: row 0: output 'y' has NaN",
  });
});

test('what is wrong with the candidate alone says so', async () => {
  const twice = await loadedPair(doublingModel(), twiceModel());
  const data = { dataset: listDataset(rows(2)), metric: first };
  await expect(compareQualityOnData(twice, data, options)).rejects.toMatchObject({
    message: expect.stringContaining('the pruned model does not run on list, the original does'),
  });
  const broken = await loadedPair(doublingModel(), scaledModel(Number.NaN));
  await expect(compareQualityOnData(broken, data, options)).rejects.toMatchObject({
    code: 'not-numbers',
    message: expect.stringContaining("row 0: output 'y' has NaN"),
  });
});
