import { seededRandom } from '@sentei/ir';
import { expect, test } from 'vitest';
import { chooseToken } from '../../src/generation/choose-token.ts';

const LOGITS = [0, Math.log(3), Number.NEGATIVE_INFINITY, Math.log(3), 1];

test('without temperature the first of the likeliest tokens is taken', () => {
  expect(chooseToken(LOGITS, { temperature: 0 }, seededRandom(1))).toBe(1);
});

function shares(choice: { readonly temperature: number; readonly topK?: number }): number[] {
  const random = seededRandom(5);
  const counts = LOGITS.map(() => 0);
  for (let draw = 0; draw < 20_000; draw += 1) {
    const token = chooseToken(LOGITS, choice, random);
    counts[token] = (counts[token] ?? 0) + 1 / 20_000;
  }
  return counts;
}

test.each([1, 0.5])('tokens are drawn from the softmax at temperature %d', (temperature) => {
  const weights = LOGITS.map((logit) => Math.exp(logit / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (const [token, share] of shares({ temperature }).entries())
    expect(share).toBeCloseTo((weights[token] ?? 0) / total, 1.9);
});

test('of the likeliest only, equals in order', () => {
  const [first, second, third, fourth, fifth] = shares({ temperature: 1, topK: 2 });
  expect([first, third, fifth]).toEqual([0, 0, 0]);
  expect((second ?? 0) + (fourth ?? 0)).toBeCloseTo(1, 6);
  expect(shares({ temperature: 1, topK: 1 })[1]).toBeCloseTo(1, 6);
});

test.each([[[0, Number.NaN]], [[Number.NEGATIVE_INFINITY]], [[Number.POSITIVE_INFINITY, 0]], [[]]])(
  '%j is refused',
  (logits) => {
    const choose = () => chooseToken(logits, { temperature: 1 }, seededRandom(1));
    expect(choose).toThrow(expect.objectContaining({ code: 'not-numbers' }));
  },
);
