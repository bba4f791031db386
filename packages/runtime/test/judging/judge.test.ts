import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hostTensor } from '@sentei/data';
import { readModelBytes, Tensor } from '@sentei/ir';
import { expect, test } from 'vitest';
import { createJudge } from '../../src/judging/judge.ts';
import { accuracy } from '../../src/metrics/accuracy.ts';
import { example, listDataset } from '../support/list-dataset.ts';
import { modelFile } from '../support/model-file.ts';
import { ELEMENT, tinyModel } from '../support/tiny-model.ts';

/** The scores of two classes are the two inputs, each times a weight. */
function classifier(first = 1): Uint8Array {
  const dims = ['batch', 2];
  const weights = new Uint8Array(Float32Array.of(first, 1).buffer);
  return tinyModel({
    inputs: [{ name: 'x', type: ELEMENT.float, dims }],
    outputs: [{ name: 'y', type: ELEMENT.float, dims }],
    nodes: [{ op: 'Mul', inputs: ['x', 'w'], outputs: ['y'] }],
    initializers: [{ name: 'w', type: ELEMENT.float, dims: [2], bytes: weights }],
  });
}

const labelled = (count: number) =>
  listDataset(
    Array.from({ length: count }, (_, index) => {
      const x = hostTensor('float32', [2], index % 2 === 0 ? Float32Array.of(2, 1) : Float32Array.of(1, 2));
      return example({ x }, index % 2);
    }),
  );

async function judgeOf(data: ReturnType<typeof labelled>, examples?: number) {
  const folder = dirname(await modelFile(new Uint8Array()));
  const metric = accuracy({ output: 'y' });
  return {
    folder,
    judge: createJudge({ folder, splits: { selection: data }, metric, threads: 1, examples }),
  };
}

test('a model is measured on the examples of a split, and no trial model stays', async () => {
  const { folder, judge } = await judgeOf(labelled(8));
  const before = await readdir(folder);
  expect(judge.metric).toEqual({ name: 'top-1 accuracy', lowerIsBetter: false });
  expect(await judge.measure(readModelBytes(classifier()), 'selection')).toBe(1);
  expect(await judge.measure(readModelBytes(classifier(0)), 'selection')).toBe(0.5);
  expect(await readdir(folder)).toEqual(before);
  await expect(judge.measure(readModelBytes(classifier()), 'heldout')).rejects.toMatchObject({
    code: 'invalid-data',
  });
});

test('only as many examples are looked at as asked for', async () => {
  const { judge } = await judgeOf(labelled(8), 3);
  const { value, scores } = await judge.measureExamples(readModelBytes(classifier(0)), 'selection');
  expect(scores).toEqual([
    [0, 1],
    [1, 1],
    [0, 1],
  ]);
  expect(value).toBeCloseTo(1 / 3, 12);
  const few = await judgeOf(labelled(2), 3);
  expect(await few.judge.measure(readModelBytes(classifier()), 'selection')).toBe(1);
});

test('two measurements give the interval of the drop, which is infinite of a model without numbers', async () => {
  const { judge } = await judgeOf(labelled(40));
  const original = await judge.measureExamples(readModelBytes(classifier()), 'selection');
  const candidate = await judge.measureExamples(readModelBytes(classifier(0)), 'selection');
  const { lower, upper, confidence } = judge.dropInterval(original, candidate);
  expect(confidence).toBe(0.95);
  expect(lower).toBeGreaterThan(0.2);
  expect(lower).toBeLessThan(0.5);
  expect(upper).toBeGreaterThan(0.5);
  expect(upper).toBeLessThan(0.8);
  const model = readModelBytes(classifier());
  const [weights] = [...model.graph.initializers];
  if (weights) model.graph.addInitializer(weights, Tensor.floats(Float32Array.of(Number.NaN, 1), [2]));
  const broken = await judge.measureExamples(model, 'selection');
  expect(broken).toEqual({ value: Number.NEGATIVE_INFINITY, scores: [] });
  expect(judge.dropInterval(original, broken)).toMatchObject({ lower: Number.POSITIVE_INFINITY });
});
