import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const WORDS = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  'a',
  'b',
  'the',
  'cat',
  'dog',
  'sat',
  'ran',
  'on',
  'mat',
  '.',
];

/** Numbers of the words of the tiny tokenizer. */
export const ID: Readonly<Record<string, number>> = Object.fromEntries(WORDS.map((word, id) => [word, id]));

/** A tokenizer of whole words with the special tokens of BERT. */
export function tinyTokenizer(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const special = (id: string, type: number) => ({ SpecialToken: { id, type_id: type } });
  const sequence = (id: string, type: number) => ({ Sequence: { id, type_id: type } });
  const single = [special('[CLS]', 0), sequence('A', 0), special('[SEP]', 0)];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: WORDS.slice(0, 4).map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: { type: 'Lowercase' },
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: {
      type: 'TemplateProcessing',
      single,
      pair: [...single, sequence('B', 1), special('[SEP]', 1)],
      special_tokens: Object.fromEntries(
        ['[CLS]', '[SEP]'].map((token) => [token, { id: token, ids: [ID[token]], tokens: [token] }]),
      ),
    },
    decoder: null,
    model: {
      type: 'WordPiece',
      vocab: ID,
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
    },
    ...changes,
  };
}

/** Writes the tiny tokenizer into a folder. */
export async function writeTokenizer(folder: string, changes?: Record<string, unknown>): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'tokenizer.json');
  await writeFile(path, JSON.stringify(tinyTokenizer(changes)));
  return path;
}
