import { hostTensor, type Outputs } from '@sentei/data';
import { expect, test } from 'vitest';
import {
  bitsPerByte,
  bitsPerByteOfTokens,
  nextTokenAccuracy,
  perplexity,
} from '../../src/metrics/next-token.ts';
import { example } from '../support/list-dataset.ts';

const names = { logits: 'logits', ids: 'ids', mask: 'mask' };

const reduced = (nats: number, tokens: number, correct = 0): Outputs =>
  Object.fromEntries(
    Object.entries({ nats, tokens, correct }).map(([name, value]) => [
      name,
      hostTensor('float64', [], Float64Array.of(value)),
    ]),
  );

test('perplexity counts tokens, not examples', () => {
  const metric = perplexity(names);
  expect(metric).toMatchObject({ lowerIsBetter: true, reduction: { kind: 'next-token-loss', ...names } });
  const scores = [reduced(2, 1), reduced(2, 3)].map((outputs) => metric.score(example({}), [outputs]));
  expect(scores).toEqual([
    [2, 1],
    [2, 3],
  ]);
  expect(metric.reduce(scores)).toBeCloseTo(Math.E, 12);
});

test('bits per byte of bytes is a mean over windows, of tokens a ratio of sums over the bytes of the text', () => {
  const bytes = bitsPerByte(names);
  const scores = [reduced(Math.LN2, 1), reduced(9 * Math.LN2, 3)].map((outputs) =>
    bytes.score(example({}), [outputs]),
  );
  expect(bytes.reduce(scores)).toBeCloseTo((1 + 3) / 2, 12);
  const tokens = bitsPerByteOfTokens(names);
  const shares = [
    tokens.score(example({}, 4), [reduced(Math.LN2, 1)]),
    tokens.score(example({}, 6), [reduced(9 * Math.LN2, 3)]),
  ];
  expect(tokens.reduce(shares)).toBeCloseTo(1, 12);
  expect(() => tokens.score(example({}), [reduced(1, 1)])).toThrow(
    expect.objectContaining({ code: 'invalid-data' }),
  );
  expect(tokens.score({ ...example({}), bytes: 3 }, [reduced(Math.LN2, 1)])[1]).toBe(3);
  const counted = bitsPerByteOfTokens(names, () => 2);
  expect(counted.score(example({}), [reduced(Math.LN2, 1)])).toEqual([expect.closeTo(1, 12), 2]);
});

test('accuracy is of tokens, over all sets of inputs of an example', () => {
  const metric = nextTokenAccuracy(names);
  expect(metric.score(example({}), [reduced(1, 4, 1), reduced(1, 2, 2)])).toEqual([3, 6]);
});

test('an example without a token to predict is refused', () => {
  expect(() => perplexity(names).score(example({}, undefined, 'line 3'), [reduced(0, 0)])).toThrow(
    expect.objectContaining({ code: 'invalid-data', subject: 'line 3' }),
  );
});
