import { parseOptions, SenteiError, seededRandom } from '@sentei/ir';
import { z } from 'zod';
import { type Summary, summarize } from '../benchmark/statistics.ts';
import { chooseToken } from './choose-token.ts';
import type { Decoder } from './decoder.ts';

const schema = z.strictObject({
  /** Tokens to generate. */
  maxTokens: z.int().min(1).max(100_000_000).default(256),
  /** What logits are divided by; 0 takes the likeliest token. */
  temperature: z.number().min(0).max(100).default(0),
  /** Only so many of the likeliest tokens are considered. */
  topK: z.int().min(1).optional(),
  /** Of random numbers; equal seeds give equal texts. */
  seed: z.int().min(0).default(0),
  /** Tokens of the prompt that are read in one run. */
  chunk: z.int().min(1).max(65_536).default(512),
});

/** Options of {@link generate}; the schema describes each. */
export type GenerateOptions = z.input<typeof schema> & {
  /** Tokens to go on from, at least one. */
  readonly prompt: ArrayLike<number>;
  readonly signal?: AbortSignal | undefined;
};

/** One token as it comes. */
export interface GeneratedToken {
  readonly token: number;
  /** Of the run that told it, in the model's process; for the first token the last chunk of the prompt. */
  readonly milliseconds: number;
  /** How many tokens had been read before it. */
  readonly position: number;
  readonly stateBytes: number;
}

/** What a text cost. */
export interface GenerationSummary {
  readonly promptTokens: number;
  /** Of all runs over the prompt. */
  readonly promptMilliseconds: number;
  readonly tokens: number;
  /** Of one run with one new token; absent where there was none. */
  readonly milliseconds: Summary | undefined;
  /** Tokens read in the end, bytes of state they left, and what that is for each of them. */
  readonly position: number;
  readonly stateBytes: number;
  readonly stateBytesPerToken: number;
}

/**
 * Generates tokens one by one: reads the prompt in chunks, then each token it has chosen. The same seed, model, runtime and
 * machine give the same tokens.
 *
 * @returns what it cost, after the last token
 * @throws SenteiError `invalid-option`, `invalid-data` for an empty prompt, `cancelled`, `not-numbers`, else as `Decoder.step`
 */
export async function* generate(
  decoder: Decoder,
  { prompt, signal, ...options }: GenerateOptions,
): AsyncGenerator<GeneratedToken, GenerationSummary> {
  const { maxTokens, temperature, topK, seed, chunk } = parseOptions(schema, options);
  if (prompt.length === 0) {
    throw new SenteiError('invalid-data', 'the prompt is empty', {
      hint: 'give at least one token to go on from',
    });
  }
  const random = seededRandom(seed);
  const read = Array.from(prompt);
  decoder.reset();
  let promptMilliseconds = 0;
  let step = { logits: [] as ArrayLike<number>, milliseconds: 0, stateBytes: 0 };
  for (let from = 0; from < read.length; from += chunk) {
    refuseCancelled(signal);
    const piece = read.slice(from, from + chunk);
    step = await decoder.step(piece, { scores: from + chunk >= read.length });
    promptMilliseconds += step.milliseconds;
  }
  const times: number[] = [];
  for (let count = 1; ; count += 1) {
    const { logits, milliseconds, stateBytes } = step;
    const vocabulary = decoder.vocabulary ?? logits.length;
    const last = Array.from(
      { length: vocabulary },
      (_, i) => logits[logits.length - vocabulary + i] ?? Number.NaN,
    );
    const token = chooseToken(last, { temperature, topK }, random);
    yield { token, milliseconds, position: decoder.position, stateBytes };
    if (count === maxTokens) break;
    refuseCancelled(signal);
    step = await decoder.step([token]);
    times.push(step.milliseconds);
  }
  return {
    promptTokens: read.length,
    promptMilliseconds,
    tokens: maxTokens,
    milliseconds: times.length === 0 ? undefined : summarize(times),
    position: decoder.position,
    stateBytes: step.stateBytes,
    stateBytesPerToken: step.stateBytes / decoder.position,
  };
}

function refuseCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new SenteiError('cancelled', 'the text was interrupted', { cause: signal.reason });
}
