import { hostTensor } from '@sentei/data';
import { expect, test } from 'vitest';
import { type OutputReduction, reduceOutputs } from '../../src/metrics/output-reduction.ts';

const ids = (rows: readonly (readonly number[])[]) =>
  hostTensor('int64', [rows.length, rows[0]?.length ?? 0], BigInt64Array.from(rows.flat(), BigInt));

const reduction: OutputReduction = { kind: 'next-token-loss', logits: 'logits', ids: 'ids' };

// p = 1/4, 1/2, 1/4 at every position.
const quarter = [Math.log(0.25), Math.log(0.5), Math.log(0.25)];

test('each position predicts the token after it, and the last one is not read', () => {
  const unread = [Number.NaN, Number.NaN, Number.NaN];
  const logits = hostTensor('float64', [1, 3, 3], Float64Array.from([...quarter, ...quarter, ...unread]));
  const { nats, tokens, correct } = reduceOutputs(reduction, { ids: ids([[2, 1, 0]]) }, { logits });
  expect(nats?.data[0]).toBeCloseTo(Math.log(2) + Math.log(4), 12);
  expect(tokens).toEqual(hostTensor('float64', [1], Float64Array.of(2)));
  expect(correct).toEqual(hostTensor('float64', [1], Float64Array.of(1)));
});

test('rows are counted apart, and padding on either side is neither predicted nor predicted from', () => {
  const logits = hostTensor('float64', [2, 3, 3], Float64Array.from(Array(6).fill(quarter).flat()));
  const feeds = {
    ids: ids([
      [1, 1, 0],
      [0, 2, 2],
    ]),
    mask: ids([
      [1, 1, 0],
      [0, 1, 1],
    ]),
  };
  const { nats, tokens } = reduceOutputs({ ...reduction, mask: 'mask' }, feeds, { logits });
  expect([...(nats?.data ?? [])]).toEqual([expect.closeTo(Math.log(2), 12), expect.closeTo(Math.log(4), 12)]);
  expect(tokens?.data).toEqual(Float64Array.of(1, 1));
});

test('a NaN among the logits makes the row NaN', () => {
  const row = [0, Number.NaN, 0];
  const logits = hostTensor('float32', [1, 2, 3], Float32Array.from([...row, ...row]));
  expect(reduceOutputs(reduction, { ids: ids([[0, 0]]) }, { logits }).nats?.data[0]).toBeNaN();
});

test('what does not fit says so', () => {
  const logits = hostTensor('float32', [1, 2, 3], new Float32Array(6));
  const run =
    (feeds: Parameters<typeof reduceOutputs>[1], outputs: Parameters<typeof reduceOutputs>[2]) => () =>
      reduceOutputs(reduction, feeds, outputs);
  expect(run({ ids: ids([[0, 0, 0]]) }, { logits })).toThrow(/\[1,2,3\].*\[1,3\]/);
  expect(run({ ids: ids([[0, 3]]) }, { logits })).toThrow(/token 3 is not in the vocabulary of 3/);
  expect(run({ ids: ids([[0, 0]]) }, {})).toThrow(/no numbers 'logits'/);
  const integers = hostTensor('int32', [1, 2, 3], new Int32Array(6));
  expect(run({ ids: ids([[0, 0]]) }, { logits: integers })).toThrow(/int32 are not scores/);
});
