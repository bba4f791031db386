import { invalidData } from '../invalid-data.ts';

/** What stands around the tokens of texts: one more piece than there are texts. */
export interface Frame {
  readonly pieces: readonly Piece[];
  /** Type of each text's tokens. */
  readonly types: readonly number[];
}

/** Special tokens and their types. */
export interface Piece {
  readonly ids: readonly number[];
  readonly types: readonly number[];
}

/** Tokens of a model's input. */
export interface Tokens {
  readonly ids: readonly number[];
  /** 0 for the first text, what the tokenizer says for the second, of the same length. */
  readonly types: readonly number[];
}

/** No special tokens. */
export const BARE: Frame = {
  pieces: [
    { ids: [], types: [] },
    { ids: [], types: [] },
  ],
  types: [0],
};

type Tokenize = (text: string) => readonly number[];
type Encode = (text: string, other?: string) => { ids: number[]; token_type_ids?: number[] };

/** What the tokenizer puts around one text, found by encoding one with and without. */
export function singleFrame(tokenize: Tokenize, encode: Encode): Frame {
  const [probe] = probes(tokenize);
  return frameOf(encode(probe.text), [probe.ids]);
}

/** What the tokenizer puts around and between two texts. */
export function pairFrame(tokenize: Tokenize, encode: Encode): Frame {
  const [first, second] = probes(tokenize);
  return frameOf(encode(first.text, second.text), [first.ids, second.ids]);
}

/**
 * Texts and the types of special tokens around them.
 *
 * @throws SenteiError `invalid-data` when the texts outnumber the frame
 */
export function frameTokens({ pieces, types }: Frame, texts: readonly (readonly number[])[]): Tokens {
  const ids: number[] = [];
  const typeIds: number[] = [];
  for (const [index, piece] of pieces.entries()) {
    ids.push(...piece.ids);
    typeIds.push(...piece.types);
    const text = texts[index];
    if (!text) continue;
    // One by one: a spread of a long document would not fit the stack.
    for (const id of text) {
      ids.push(id);
      typeIds.push(types[index] ?? 0);
    }
  }
  return { ids, types: typeIds };
}

/** The number of special tokens. */
export function frameLength({ pieces }: Frame): number {
  return pieces.reduce((total, { ids }) => total + ids.length, 0);
}

interface Probe {
  readonly text: string;
  readonly ids: readonly number[];
}

function probes(tokenize: Tokenize): readonly [Probe, Probe] {
  const found = ['a', 'b', '0', '1', '.', ',', 'the', 'of', '一', '二']
    .map((text) => ({ text, ids: tokenizeOrNone(tokenize, text) }))
    .filter(({ ids }) => ids.length > 0);
  const [first] = found;
  if (!first) throw invalidData('tokenizer', 'has no token for any letter or digit');
  return [first, found.find(({ ids }) => ids.join() !== first.ids.join()) ?? first];
}

function tokenizeOrNone(tokenize: Tokenize, text: string): readonly number[] {
  try {
    return tokenize(text);
  } catch {
    return [];
  }
}

function frameOf(
  whole: { ids: number[]; token_type_ids?: number[] },
  texts: readonly (readonly number[])[],
): Frame {
  const { ids, token_type_ids: types = ids.map(() => 0) } = whole;
  const pieces: Piece[] = [];
  const textTypes: number[] = [];
  let from = 0;
  for (const text of texts) {
    const at = ids.findIndex(
      (_, index) => index >= from && text.every((id, each) => ids[index + each] === id),
    );
    if (at < 0) throw invalidData('tokenizer', 'changes the tokens of a text where it adds special tokens');
    pieces.push({ ids: ids.slice(from, at), types: types.slice(from, at) });
    textTypes.push(types[at] ?? 0);
    from = at + text.length;
  }
  pieces.push({ ids: ids.slice(from), types: types.slice(from) });
  return { pieces, types: textTypes };
}
