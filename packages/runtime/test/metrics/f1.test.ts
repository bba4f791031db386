import { hostTensor } from '@sentei/data';
import { expect, test } from 'vitest';
import { f1 } from '../../src/metrics/f1.ts';
import { example } from '../support/list-dataset.ts';

const outputs = (dims: readonly number[], ...values: number[]) => [
  { y: hostTensor('float32', dims, Float32Array.from(values)) },
];
/** One of three classes is said. */
const said = (label: number) => outputs([3], ...[0, 1, 2].map((each) => (each === label ? 1 : 0)));
// Truth and what the model says of six examples.
const answers = [
  [0, 0],
  [1, 2],
  [2, 2],
  [0, 0],
  [1, 0],
  [1, 1],
] as const;

function figure(options: Omit<Parameters<typeof f1>[0], 'output'>): number {
  const metric = f1({ output: 'y', ...options });
  const scores = answers.map(([truth, answer]) => metric.score(example({}, truth), said(answer)));
  const value = metric.reduce(scores);
  expect(metric.weigh?.(scores)(answers.map(() => 1))).toBe(value);
  const doubled = metric.weigh?.(scores)(answers.map((_, index) => (index === 0 ? 2 : 1)));
  const [first] = scores;
  expect(doubled).toBeCloseTo(metric.reduce(first ? [first, ...scores] : []), 12);
  return value;
}

test('binary, macro and micro are those of scikit-learn', () => {
  // Class 0: tp 2, fp 1, fn 0; class 1: tp 1, fp 0, fn 2; class 2: tp 1, fp 1, fn 0.
  expect(figure({ average: 'macro' })).toBeCloseTo((0.8 + 0.5 + 2 / 3) / 3, 12);
  expect(figure({ average: 'micro' })).toBeCloseTo(8 / 12, 12);
  expect(figure({ average: 'binary' })).toBeCloseTo(0.5, 12);
  expect(figure({ average: 'binary', positive: 2 })).toBeCloseTo(2 / 3, 12);
  expect(figure({ average: 'micro', classes: [1, 2] })).toBeCloseTo(4 / 7, 12);
  expect(figure({ average: 'binary', positive: 9 })).toBe(0);
});

test('positions count one by one, but those without a class', () => {
  const metric = f1({ output: 'y', average: 'binary' });
  const y = outputs([3, 2], 1, 0, 0, 1, 0, 1);
  expect(metric.reduce([metric.score(example({}, [1, 1, -100]), y)])).toBeCloseTo(2 / 3, 12);
});

test('with a threshold each output is a yes or no', () => {
  const binary = f1({ output: 'y', average: 'binary', threshold: 0 });
  const scores = [
    [1, 2],
    [1, -1],
    [0, 3],
    [0, -3],
  ].map(([label = 0, logit = 0]) => binary.score(example({}, label), outputs([1], logit)));
  expect(binary.reduce(scores)).toBeCloseTo(0.5, 12);
  expect(f1({ output: 'y', average: 'macro', threshold: 0 }).reduce(scores)).toBeCloseTo(0.5, 12);
  const several = f1({ output: 'y', average: 'macro', threshold: 0.5 });
  // A class that never occurs counts as 0, as of indicator matrices in scikit-learn.
  const counts = several.score(example({}, [1, 0, 0]), outputs([3], 0.9, 0.8, 0.1));
  expect(several.reduce([counts])).toBeCloseTo(1 / 3, 12);
  expect(() => several.score(example({}, [2, 0]), outputs([2], 1, 1))).toThrow(
    expect.objectContaining({ code: 'invalid-data' }),
  );
});
