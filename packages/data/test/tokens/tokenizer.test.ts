import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { openTokenizer } from '../../src/tokens/tokenizer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ID, writeTokenizer } from '../support/tiny-tokenizer.ts';

const folder = temporaryFolder();
let count = 0;
const tokenizerFile = (changes?: Record<string, unknown>) =>
  writeTokenizer(join(folder(), `${count++}`), changes);

test('a tokenizer file gives tokens, the frame of special tokens and an ordinary vocabulary', async () => {
  const tokenizer = await openTokenizer(await tokenizerFile());
  expect(tokenizer.tokenize('The cat RAN home')).toEqual([ID.the, ID.cat, ID.ran, ID['[UNK]']]);
  expect(tokenizer.tokenize('')).toEqual([]);
  expect(tokenizer.vocabulary).not.toContain(ID['[CLS]']);
  expect(tokenizer.vocabulary).toContain(ID.cat);
  expect(tokenizer.single).toEqual({
    pieces: [
      { ids: [ID['[CLS]']], types: [0] },
      { ids: [ID['[SEP]']], types: [0] },
    ],
    types: [0],
  });
  expect(tokenizer.pair.types).toEqual([0, 1]);
});

test('a vocabulary of words has its unknown token for other words, or the text is refused', async () => {
  const words = async (unknown: string) =>
    openTokenizer(await tokenizerFile({ model: { type: 'WordLevel', vocab: ID, unk_token: unknown } }));
  expect((await words('[UNK]')).tokenize('the elephant')).toEqual([ID.the, ID['[UNK]']]);
  const without = await words('[NONE]');
  expect(without.tokenize('the cat')).toEqual([ID.the, ID.cat]);
  expect(() => without.tokenize('the elephant')).toThrow(expect.objectContaining({ code: 'invalid-data' }));
});

test('words of other scripts are words where the file splits at white space', async () => {
  const vocab = { ...ID, εισιτηριον: 99, naïve: 98 };
  const model = { type: 'WordLevel', vocab, unk_token: '[UNK]' };
  const Whitespace = { type: 'Whitespace' };
  for (const pre_tokenizer of [Whitespace, { type: 'Sequence', pretokenizers: [Whitespace] }]) {
    const tokenizer = await openTokenizer(await tokenizerFile({ model, pre_tokenizer }));
    expect(tokenizer.tokenize('the εισιτηριον, naïve.')).toEqual([ID.the, 99, ID['[UNK]'], 98, ID['.']]);
  }
});

test('the longest input is that of the file, or else that of the configuration beside it', async () => {
  const truncation = { max_length: 7, strategy: 'LongestFirst', stride: 0 };
  expect((await openTokenizer(await tokenizerFile({ truncation }))).maxLength).toBe(7);
  const path = await tokenizerFile();
  const plain = await openTokenizer(path);
  expect(plain.maxLength).toBeUndefined();
  const config = join(dirname(path), 'tokenizer_config.json');
  await writeFile(config, JSON.stringify({ model_max_length: 512 }));
  const configured = await openTokenizer(path);
  expect(configured.maxLength).toBe(512);
  expect(configured.fingerprint).not.toBe(plain.fingerprint);
  await writeFile(config, JSON.stringify({ model_max_length: 1e30 }));
  expect((await openTokenizer(path)).maxLength).toBeUndefined();
});

test('a broken tokenizer file is named', async () => {
  const path = await tokenizerFile();
  const refused = (message: RegExp) => ({
    code: 'invalid-data',
    subject: path,
    message: expect.stringMatching(message),
  });
  await writeFile(path, '{');
  await expect(openTokenizer(path)).rejects.toMatchObject(refused(/is not a JSON object/));
  await writeFile(path, '[]');
  await expect(openTokenizer(path)).rejects.toMatchObject(refused(/is not a JSON object/));
  await writeFile(path, '{"model": {"type": "Telepathy"}}');
  await expect(openTokenizer(path)).rejects.toMatchObject(refused(/is not a tokenizer that can be used/));
  await expect(openTokenizer(join(folder(), 'missing.json'))).rejects.toMatchObject({ code: 'invalid-data' });
});
