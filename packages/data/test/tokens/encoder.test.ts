import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Change } from '../../src/dataset/types.ts';
import { type EncoderOptions, textEncoder } from '../../src/tokens/encoder.ts';
import { openTokenizer, type Tokenizer } from '../../src/tokens/tokenizer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ID, writeTokenizer } from '../support/tiny-tokenizer.ts';

const folder = temporaryFolder();
let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await openTokenizer(await writeTokenizer(join(folder(), 'tiny')));
});

const inputs = {
  input_ids: { name: 'ids', type: 'int32' },
  token_type_ids: { name: 'types', type: 'int32' },
} as const;

function encode(texts: string[], options: Partial<EncoderOptions> = {}, change?: Change) {
  const sets = textEncoder({ tokenizer, inputs, ...options })(texts, 'row 1', change);
  return sets.map(({ ids, types }) => [
    Array.from(ids?.data ?? [], Number),
    Array.from(types?.data ?? [], Number),
  ]);
}

const words = (text: string) => text.split(' ').map((word) => ID[word]);

test('two texts are two sets of inputs, or one sequence', () => {
  expect(encode(['the cat', 'a dog'])).toEqual([
    [words('[CLS] the cat [SEP]'), [0, 0, 0, 0]],
    [words('[CLS] a dog [SEP]'), [0, 0, 0, 0]],
  ]);
  expect(encode(['the cat', 'dog'], { pairs: 'sequence' })).toEqual([
    [words('[CLS] the cat [SEP] dog [SEP]'), [0, 0, 0, 0, 1, 1]],
  ]);
});

test('special tokens stay where a text is cut, and can be left out', () => {
  expect(encode(['the cat sat on a mat'], { maxLength: 4 })).toEqual([
    [words('[CLS] the cat [SEP]'), [0, 0, 0, 0]],
  ]);
  expect(encode(['the cat sat'], { specialTokens: false, maxLength: 2 })).toEqual([
    [words('the cat'), [0, 0]],
  ]);
  expect(encode(['the', 'cat'], { specialTokens: false, pairs: 'sequence' })).toEqual([
    [words('the cat'), [0, 1]],
  ]);
});

test('a change comes before special tokens and before the cut', () => {
  const change: Change = {
    text: (text) => text.replace('cat', 'dog'),
    tokens: (tokens) => tokens.slice(1),
  };
  expect(encode(['the cat sat on'], { maxLength: 4 }, change)).toEqual([
    [words('[CLS] dog sat [SEP]'), [0, 0, 0, 0]],
  ]);
});

test('a text without tokens, and a length without room, are named by their row', () => {
  const refused = expect.objectContaining({ code: 'invalid-data', subject: 'row 1' });
  expect(() => encode([''], { specialTokens: false })).toThrow(refused);
  expect(() => encode(['the'], { maxLength: 2 })).toThrow(refused);
});
