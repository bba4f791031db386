import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hashParts } from '../dataset/hashing.ts';
import { unreadable } from '../files/data-file.ts';
import { invalidData } from '../invalid-data.ts';
import { type Frame, pairFrame, singleFrame } from './frame.ts';

/** Minor versions of the tokenizer library may give other tokens; a cache that knows this one is not taken for them. */
const LIBRARY = '@huggingface/tokenizers 0.2';

/** A tokenizer file, opened. */
export interface Tokenizer {
  /** Of the file, its configuration and the library. */
  readonly fingerprint: string;
  /** Tokens that are not special. */
  readonly vocabulary: readonly number[];
  /** The length that the file truncates to, or else its configuration's longest input; special tokens included. */
  readonly maxLength: number | undefined;
  /** Special tokens around one text. */
  readonly single: Frame;
  /** Special tokens around and between two texts. */
  readonly pair: Frame;
  /** Tokens of a text, without special tokens. */
  tokenize(text: string): readonly number[];
}

/**
 * Opens a `tokenizer.json` of the Hugging Face format, and the `tokenizer_config.json` beside it where there is one.
 *
 * @throws SenteiError `invalid-data` when a file is missing, broken, or of a kind that the library does not know
 */
export async function openTokenizer(path: string): Promise<Tokenizer> {
  const file = await readJson(path);
  const configPath = join(dirname(path), 'tokenizer_config.json');
  const config = await readJson(configPath, '{}');
  const library = await import('@huggingface/tokenizers');
  const refused = (cause: unknown): Error =>
    invalidData(
      path,
      `is not a tokenizer that can be used (${cause instanceof Error ? cause.message.split('\n')[0] : cause})`,
      'give the tokenizer.json that belongs to the model',
      cause,
    );
  try {
    const tokenizer: LibraryTokenizer = new library.Tokenizer(withWordSplit(file.value), config.value);
    const unknown = unknownToken(file.value, tokenizer);
    const known = (ids: readonly number[], text: string): number[] =>
      // The library gives words that a vocabulary of words lacks no number, not even that of its unknown token.
      ids.map((id) => {
        const found = Number.isInteger(id) ? id : unknown;
        if (found !== undefined) return found;
        throw invalidData(path, `has no token for a part of ${JSON.stringify(text.slice(0, 40))}`);
      });
    const tokenize = (text: string): readonly number[] =>
      known(tokenizer.encode(text, { add_special_tokens: false }).ids, text);
    const added = tokenizer.get_added_tokens_decoder();
    const vocabulary = [...new Set(tokenizer.get_vocab(true).values())].filter(
      (id) => added.get(id)?.special !== true,
    );
    const encode = (text: string, other?: string) => {
      const whole = tokenizer.encode(text, { text_pair: other ?? null, return_token_type_ids: true });
      return { ...whole, ids: known(whole.ids, text) };
    };
    return {
      fingerprint: hashParts([LIBRARY, file.text, config.text]),
      vocabulary,
      maxLength: maxLengthOf(file.value, config.value),
      single: singleFrame(tokenize, encode),
      pair: pairFrame(tokenize, encode),
      tokenize,
    };
  } catch (cause) {
    throw refused(cause);
  }
}

/** What is used of the library, whose own declarations do not resolve under Node's module resolution. */
interface LibraryTokenizer {
  encode(
    text: string,
    options: { text_pair?: string | null; add_special_tokens?: boolean; return_token_type_ids?: boolean },
  ): { ids: number[]; token_type_ids?: number[] };
  get_added_tokens_decoder(): Map<number, { special: boolean }>;
  token_to_id(token: string): number | undefined;
  get_vocab(withAddedTokens: boolean): Map<string, number>;
}

type JsonObject = Readonly<Record<string, unknown>>;

async function readJson(path: string, otherwise?: string): Promise<{ text: string; value: JsonObject }> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    if (otherwise !== undefined && cause?.code === 'ENOENT') return otherwise;
    throw unreadable(path, cause);
  });
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) throw new Error('not an object');
    return { text, value };
  } catch (cause) {
    throw invalidData(path, 'is not a JSON object', 'give the file that belongs to the model', cause);
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `\w` of Unicode Technical Standard 18, annex C, which the expression of that kind is written for. */
const LETTERS = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\u200c\u200d';

/**
 * The library splits words at letters beyond ASCII where the file says `Whitespace`. That kind is defined by a regular
 * expression, which the library reads rightly, so it is put in its place.
 */
function withWordSplit(file: JsonObject): JsonObject {
  const mend = (each: unknown): unknown => {
    if (!isObject(each)) return each;
    if (each.type === 'Whitespace') {
      return {
        type: 'Split',
        pattern: { Regex: `[${LETTERS}]+|[^${LETTERS}\\p{White_Space}]+` },
        behavior: 'Removed',
        invert: true,
      };
    }
    return Array.isArray(each.pretokenizers)
      ? { ...each, pretokenizers: each.pretokenizers.map(mend) }
      : each;
  };
  return { ...file, pre_tokenizer: mend(file.pre_tokenizer) };
}

function unknownToken({ model }: JsonObject, tokenizer: LibraryTokenizer): number | undefined {
  const token = isObject(model) ? model.unk_token : undefined;
  return typeof token === 'string' ? tokenizer.token_to_id(token) : undefined;
}

function maxLengthOf(
  { truncation }: JsonObject,
  { model_max_length: longest }: JsonObject,
): number | undefined {
  const length = isObject(truncation) ? truncation.max_length : longest;
  // Files without a limit say 1e30.
  return typeof length === 'number' && Number.isSafeInteger(length) && length > 0 ? length : undefined;
}
