import type { Example, Outputs } from '@sentei/data';
import { SenteiError } from '@sentei/ir';
import { type Metric, meanMetric, ratioMetric, type Share } from './metric.ts';
import type { OutputReduction } from './output-reduction.ts';

/** Where a language model takes its tokens and gives its logits. */
export type LanguageModelNames = Omit<OutputReduction, 'kind'>;

/** exp of the mean of -ln p over all predicted tokens of all examples: `exp(sum of nats / number of tokens)`. */
export function perplexity(names: LanguageModelNames): Metric<Share> {
  return ratioMetric(
    {
      name: 'perplexity',
      lowerIsBetter: true,
      reduction: reductionOf(names),
      score(example, outputs) {
        const { nats, tokens } = totalsOf(example, outputs);
        return [nats, tokens];
      },
    },
    Math.exp,
  );
}

/** Share of the predicted tokens that had the largest logit. */
export function nextTokenAccuracy(names: LanguageModelNames): Metric<Share> {
  return ratioMetric({
    name: 'next-token accuracy',
    lowerIsBetter: false,
    reduction: reductionOf(names),
    score(example, outputs) {
      const { correct, tokens } = totalsOf(example, outputs);
      return [correct, tokens];
    },
  });
}

/**
 * Bits per byte of a byte-level language model: the mean over examples of each one's mean over its predicted bytes, so that
 * every window of a text counts the same.
 */
export function bitsPerByte(names: LanguageModelNames): Metric<number> {
  return meanMetric({
    name: 'bits per byte',
    lowerIsBetter: true,
    reduction: reductionOf(names),
    score(example, outputs) {
      const { nats, tokens } = totalsOf(example, outputs);
      return nats / Math.LN2 / tokens;
    },
  });
}

/**
 * Bits per byte of a language model with a tokenizer: bits of all predicted tokens over the bytes of the text they stand
 * for, which makes models with different tokenizers comparable.
 *
 * A first token is not predicted: where the tokenizer puts none before the text, the text's own first one is not.
 *
 * @param bytesOf UTF-8 bytes of the text of an example. Default: what the example says, or its label, a number
 */
export function bitsPerByteOfTokens(
  names: LanguageModelNames,
  bytesOf: (example: Example) => number = bytesTold,
): Metric<Share> {
  return ratioMetric({
    name: 'bits per byte',
    lowerIsBetter: true,
    reduction: reductionOf(names),
    score(example, outputs) {
      return [totalsOf(example, outputs).nats / Math.LN2, bytesOf(example)];
    },
  });
}

function reductionOf({ logits, ids, mask }: LanguageModelNames): OutputReduction {
  return { kind: 'next-token-loss', logits, ids, mask };
}

type Totals = Record<'nats' | 'tokens' | 'correct', number>;

/** Over all sets of inputs of an example. */
function totalsOf({ source }: Example, outputs: readonly Outputs[]): Totals {
  const total: Totals = { nats: 0, tokens: 0, correct: 0 };
  for (const reduced of outputs) {
    for (const name of ['nats', 'tokens', 'correct'] as const) total[name] += Number(reduced[name]?.data[0]);
  }
  if (total.tokens > 0) return total;
  throw new SenteiError(
    'invalid-data',
    `${source}: a language model needs at least two tokens to predict one`,
    {
      subject: source,
    },
  );
}

function bytesTold({ source, label, bytes }: Example): number {
  const told = bytes ?? label;
  if (typeof told === 'number' && told > 0) return told;
  throw new SenteiError(
    'invalid-data',
    `${source}: neither the data nor a label says how many bytes its text has`,
    {
      subject: source,
      hint: 'Measure perplexity, which needs no bytes.',
    },
  );
}
