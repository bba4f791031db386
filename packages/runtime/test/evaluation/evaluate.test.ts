import { type Feeds, hostTensor } from '@sentei/data';
import { expect, onTestFinished, test } from 'vitest';
import { evaluate } from '../../src/evaluation/evaluate.ts';
import { type Metric, meanMetric, ratioMetric } from '../../src/metrics/metric.ts';
import { startEngine } from '../../src/process/engine.ts';
import type { Session } from '../../src/process/session.ts';
import { example, listDataset } from '../support/list-dataset.ts';
import { modelFile } from '../support/model-file.ts';
import { bigramModel, doublingModel, ELEMENT, identityModel } from '../support/tiny-model.ts';

async function load(bytes: Uint8Array): Promise<Session> {
  const engine = await startEngine({ threads: 1 });
  onTestFinished(() => engine.close());
  return engine.load(await modelFile(bytes));
}

const row = (...values: number[]): Feeds => ({
  x: hostTensor('float32', [values.length], Float32Array.from(values)),
});

/** The first number of all outputs of an example, less its label. */
const first: Metric<number> = meanMetric({
  name: 'first number',
  lowerIsBetter: true,
  score: ({ label }, outputs) =>
    outputs.reduce((sum, { y }) => sum + Number(y?.data[0]), 0) - Number(label ?? 0),
});

test('examples are scored in their order, whatever the batch', async () => {
  const session = await load(doublingModel());
  const dataset = listDataset([
    example([row(1, 0, 0, 0), row(2, 0, 0, 0)], 1),
    example(row(4, 0, 0, 0), 0),
    example([row(8, 0, 0, 0)], 3),
  ]);
  const progress: number[] = [];
  const onProgress = ({ done, total }: { done: number; total: number }) => progress.push(done, total);
  const result = await evaluate(session, dataset, first, { onProgress });
  expect(result).toEqual({
    metric: 'first number',
    lowerIsBetter: true,
    value: (5 + 8 + 13) / 3,
    examples: 3,
    scores: [5, 8, 13],
  });
  expect(progress).toEqual([1, 3, 2, 3, 3, 3]);
  for (const batch of [2, 3, 8]) expect(await evaluate(session, dataset, first, { batch })).toEqual(result);
  const part = await evaluate(session, dataset, first, { from: 1, to: 2 });
  expect(part.scores).toEqual([8]);
});

test('padded outputs are cut to their own example before they are scored', async () => {
  const session = await load(identityModel(ELEMENT.float, ['batch', 'sequence']));
  const lengths = meanMetric({
    name: 'length',
    lowerIsBetter: true,
    score: (_, [outputs]) => outputs?.y?.data.length ?? 0,
  });
  const dataset = listDataset([example(row(1)), example(row(1, 2, 3))], { values: { x: 0 }, side: 'right' });
  expect((await evaluate(session, dataset, lengths, { batch: 2 })).scores).toEqual([1, 3]);
});

test('a reduction is made by the process that holds the model, and padding without a mask is not scored', async () => {
  const session = await load(bigramModel(new Float32Array(65536)));
  const metric = ratioMetric({
    name: 'nats',
    lowerIsBetter: true,
    reduction: { kind: 'next-token-loss', logits: 'scores', ids: 'bytes' },
    score: (_, [outputs]) => [Number(outputs?.nats?.data[0]), Number(outputs?.tokens?.data[0])],
  });
  const ids = (length: number): Feeds => ({
    bytes: hostTensor('int64', [length], new BigInt64Array(length)),
  });
  const dataset = listDataset([example(ids(2)), example(ids(5))], { values: { bytes: 0 }, side: 'right' });
  const { value, scores } = await evaluate(session, dataset, metric, { batch: 2 });
  expect(value).toBeCloseTo(Math.log(256), 10);
  expect(scores.map(([, tokens]) => tokens)).toEqual([1, 4]);
});

test('NaN is an error that names the example and the output', async () => {
  const session = await load(doublingModel());
  const dataset = listDataset([
    example(row(1, 2, 3, 4)),
    example(row(1, Number.NaN, 3, 4), undefined, 'points.jsonl line 2'),
  ]);
  await expect(evaluate(session, dataset, first, { batch: 2 })).rejects.toMatchObject({
    code: 'not-numbers',
    subject: 'points.jsonl line 2',
    message: expect.stringContaining("'y'"),
  });
  const half = await load(identityModel(ELEMENT.float16, ['batch', 1]));
  const halves = listDataset([example({ x: hostTensor('float16', [1], Uint16Array.of(0x7e00)) })]);
  await expect(evaluate(half, halves, first)).rejects.toMatchObject({ code: 'not-numbers' });
});

test('no examples, wrong types and an aborted signal stop it', async () => {
  const session = await load(doublingModel());
  await expect(evaluate(session, listDataset([]), first)).rejects.toMatchObject({ code: 'invalid-data' });
  const wrong = listDataset([example({ x: hostTensor('int32', [4], new Int32Array(4)) })]);
  await expect(evaluate(session, wrong, first)).rejects.toMatchObject({ code: 'invalid-data' });
  const dataset = listDataset([example(row(1, 2, 3, 4))]);
  await expect(evaluate(session, dataset, first, { batch: 0 })).rejects.toMatchObject({
    code: 'invalid-option',
  });
  await expect(evaluate(session, dataset, first, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'cancelled',
  });
});
