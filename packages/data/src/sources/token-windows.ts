import { basename } from 'node:path';
import { fingerprintOf, hashParts } from '../dataset/hashing.ts';
import { rowDataset } from '../dataset/row-dataset.ts';
import type { Row } from '../dataset/types.ts';
import { openTextPieces, type TextPieces } from '../files/text-pieces.ts';
import { invalidData } from '../invalid-data.ts';
import type { Divisible } from '../splits/divide.ts';
import { BARE, frameLength, frameTokens } from '../tokens/frame.ts';
import { type TokenInputs, tokenFeeds } from '../tokens/token-feeds.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';

/** A text file and how its tokens are cut for a language model. */
export interface TokenWindowsOptions {
  readonly path: string;
  readonly tokenizer: Tokenizer;
  readonly inputs: TokenInputs;
  /** Tokens of a window, special ones included. */
  readonly length: number;
  /** Tokens of text from the start of a window to the start of the next one; all of a window's by default. */
  readonly stride?: number | undefined;
  /** Whether every window gets the tokenizer's special tokens; false by default. */
  readonly specialTokens?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Windows of the tokens of a whole text file; inputs have shape [length]. The text is tokenized in pieces of some
 * kilobytes that end with a line, so memory does not grow with it; what is left at its end and shorter than a window is
 * not read.
 *
 * @throws SenteiError `invalid-data` when the file cannot be read or has less tokens than a window
 */
export async function tokenWindowsDataset(options: TokenWindowsOptions): Promise<Divisible> {
  const { path, tokenizer, inputs, length, specialTokens = false, signal } = options;
  const name = basename(path);
  const frame = specialTokens ? tokenizer.single : BARE;
  const own = length - frameLength(frame);
  if (own < 1) throw invalidData(path, `windows of ${length} tokens have no room for text`);
  const stride = options.stride ?? own;
  const pieces = await openTextPieces(path, name, signal);
  const starts = await countTokens(pieces, tokenizer, signal);
  const total = starts.at(-1) ?? 0;
  if (total < own) {
    throw invalidData(
      path,
      `has ${total} tokens, a window takes ${own}`,
      'give more text or shorter windows',
    );
  }
  const row = (tokens: readonly number[], position: number): Row => {
    const source = `${name} tokens ${position} to ${position + own}`;
    const hash = hashParts([new Uint8Array(Uint32Array.from(tokens).buffer)]);
    return {
      source,
      hash,
      example: async (change) => {
        const changed = change?.tokens?.(tokens, tokenizer.vocabulary) ?? tokens;
        return { source, hash, inputs: [tokenFeeds(frameTokens(frame, [changed]), inputs)] };
      },
    };
  };
  const dataset = rowDataset({
    name,
    size: Math.floor((total - own) / stride) + 1,
    fingerprint: fingerprintOf('token-windows', [pieces.contents, tokenizer.fingerprint], {
      inputs,
      length,
      stride,
      specialTokens,
    }),
    async *rows(from, to, abort) {
      if (from >= to) return;
      const first = from * stride;
      let piece = lastNotAbove(starts, first);
      let held: number[] = [];
      let heldFrom = starts[piece] ?? 0;
      let index = from;
      for await (const text of pieces.read(piece, abort)) {
        held = [...held, ...tokenizer.tokenize(text)];
        piece++;
        while (index < to && index * stride + own <= heldFrom + held.length) {
          const position = index++ * stride;
          yield row(held.slice(position - heldFrom, position - heldFrom + own), position);
        }
        if (index >= to) return;
        const done = Math.min(held.length, Math.max(0, index * stride - heldFrom));
        held = held.slice(done);
        heldFrom += done;
      }
    },
  });
  return { ...dataset, reach: Math.ceil(own / stride) - 1 };
}

/** Tokens before each piece, and at the end all of them. */
async function countTokens(
  pieces: TextPieces,
  tokenizer: Tokenizer,
  signal: AbortSignal | undefined,
): Promise<readonly number[]> {
  const starts = [0];
  for await (const text of pieces.read(0, signal)) {
    starts.push((starts.at(-1) ?? 0) + tokenizer.tokenize(text).length);
  }
  return starts;
}

function lastNotAbove(starts: readonly number[], position: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((starts[middle] ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}
