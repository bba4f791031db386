import type { Change } from '../dataset/types.ts';
import { invalidData } from '../invalid-data.ts';
import type { Feeds } from '../tensors/host-tensor.ts';
import { BARE, type Frame, frameLength, frameTokens } from './frame.ts';
import { type TokenInputs, tokenFeeds } from './token-feeds.ts';
import type { Tokenizer } from './tokenizer.ts';
import { truncateTokens } from './truncate-tokens.ts';

/** How texts become a model's inputs. */
export interface EncoderOptions {
  readonly tokenizer: Tokenizer;
  readonly inputs: TokenInputs;
  /** Tokens that an input may have, special ones included; longer ones are cut. What the tokenizer says by default. */
  readonly maxLength?: number | undefined;
  /** Whether the tokenizer's special tokens are added; true by default. */
  readonly specialTokens?: boolean | undefined;
  /** Two texts: each an input of its own (`sets`), or both in one (`sequence`). */
  readonly pairs?: 'sets' | 'sequence' | undefined;
}

/** Makes the sets of inputs of an example out of its one or two texts. */
export type TextEncoder = (texts: readonly string[], source: string, change?: Change) => readonly Feeds[];

/** @throws (from the encoder) SenteiError `invalid-data` when a text has no tokens at all */
export function textEncoder(options: EncoderOptions): TextEncoder {
  const { tokenizer, inputs, specialTokens = true, pairs = 'sets' } = options;
  const maxLength = options.maxLength ?? tokenizer.maxLength ?? Number.POSITIVE_INFINITY;
  const single = specialTokens ? tokenizer.single : BARE;
  const pair: Frame = specialTokens
    ? tokenizer.pair
    : { pieces: [...BARE.pieces, { ids: [], types: [] }], types: tokenizer.pair.types };
  return (texts, source, change) => {
    const tokens = texts.map((text) => {
      const ids = tokenizer.tokenize(change?.text?.(text) ?? text);
      return change?.tokens?.(ids, tokenizer.vocabulary) ?? ids;
    });
    const encode = (frame: Frame, ids: readonly (readonly number[])[]): Feeds => {
      const room = maxLength - frameLength(frame);
      if (room < 1) {
        throw invalidData(
          source,
          `has no room for text: ${maxLength} tokens of which ${maxLength - room} are special`,
        );
      }
      const framed = frameTokens(frame, truncateTokens(ids, room));
      if (framed.ids.length === 0) throw invalidData(source, 'has no tokens');
      return tokenFeeds(framed, inputs);
    };
    return pairs === 'sequence' && tokens.length === 2
      ? [encode(pair, tokens)]
      : tokens.map((ids) => encode(single, [ids]));
  };
}
