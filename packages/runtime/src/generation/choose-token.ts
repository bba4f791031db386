import { type Random, SenteiError } from '@sentei/ir';
import { placeOfLargest } from '../metrics/to-numbers.ts';

/** How the next token is chosen. */
export interface Choice {
  /** What logits are divided by; 0 takes the largest. */
  readonly temperature: number;
  /** Only so many of the likeliest tokens are considered; absent for all. */
  readonly topK?: number | undefined;
}

/**
 * Chooses a token by its logits: the likeliest (of equals the first), or one drawn from their softmax.
 *
 * @param logits finite, or −Infinity for tokens that cannot be
 * @throws SenteiError `not-numbers` when a logit is NaN or infinite, or none is finite
 */
export function chooseToken(
  logits: ArrayLike<number>,
  { temperature, topK }: Choice,
  random: Random,
): number {
  const likeliest = placeOfLargest(logits, 0, logits.length);
  const largest = logits[likeliest] ?? Number.NaN;
  const isNumbers = Number.isFinite(largest) && Array.from(logits).every((logit) => !Number.isNaN(logit));
  if (!isNumbers) throw new SenteiError('not-numbers', 'the scores of the next token are not numbers');
  if (temperature === 0) return likeliest;
  const tokens = Array.from(logits, (_, token) => token);
  const considered =
    topK === undefined || topK >= tokens.length
      ? tokens
      : tokens.sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b).slice(0, topK);
  const weights = considered.map((token) => Math.exp(((logits[token] ?? 0) - largest) / temperature));
  let left = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return considered[index] ?? likeliest;
  }
  return likeliest;
}
