import { expect, test } from 'vitest';
import { spreadOf, summarise } from '../bench/summary.mjs';
import { tableOf } from '../bench/table.mjs';

test('the spread is the median between the quartiles', () => {
  expect(spreadOf([4, 1, 3, 2, 5])).toEqual({ median: 3, lower: 2, upper: 4 });
  expect(spreadOf([1, 2])).toEqual({ median: 1.5, lower: 1.25, upper: 1.75 });
});

test('a side keeps the worst memory and the first failure', () => {
  const { sentei } = summarise({
    sentei: [
      { wall: 1, load: 0.5, peak: 10, seconds: { read: 1, total: 1 } },
      { wall: 1, load: 2, peak: 30, seconds: { read: 3, total: 3 } },
      { wall: 1, load: 1, failure: 'SIGABRT' },
    ],
  });
  expect(sentei).toMatchObject({ peak: 30, load: 2, failure: 'SIGABRT' });
  expect(sentei?.seconds.read?.median).toBe(2);
});

test('the table compares each side with onnx', () => {
  const sides = summarise({
    sentei: [{ wall: 1, load: 1, peak: 2e6, seconds: { read: 0.5, write: 0.5, total: 1 } }],
    onnx: [{ wall: 4, load: 1, peak: 4e6, seconds: { read: 2, write: 2, total: 4 } }],
  });
  const report = {
    date: '',
    node: '',
    processor: '',
    memory: 0,
    results: [{ name: 'round-trip', model: 'm', sides }],
  };
  expect(
    tableOf(report)
      .slice(2)
      .map((line) => line.split(' | ')[5]),
  ).toEqual(['4.00', '']);
});
