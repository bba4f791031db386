import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type JsonLinesOptions, jsonLinesDataset } from '../../src/sources/jsonl.ts';
import { textDataset } from '../../src/sources/text.ts';
import { openTokenizer, type Tokenizer } from '../../src/tokens/tokenizer.ts';
import { collect } from '../support/list-dataset.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTokenizer } from '../support/tiny-tokenizer.ts';
import { temporaryFiles } from '../support/write-files.ts';

const folder = temporaryFolder();
const file = temporaryFiles();
let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await openTokenizer(await writeTokenizer(join(folder(), 'tiny')));
});
const inputs = { input_ids: { name: 'ids', type: 'int64' } } as const;
const fields = { x: { name: 'pixels', type: 'float32' } } as const;
const first = async (text: string, options: Omit<JsonLinesOptions, 'path'>) =>
  collect((await jsonLinesDataset({ path: file('x.jsonl', text), ...options })).read());

test('text and numbers of one object are inputs of one example', async () => {
  const text = { fields: ['t'], tokenizer, inputs };
  const label = { field: 'y', type: 'number' } as const;
  const [example] = await first('{"t": "the cat", "x": [1, 2], "y": 3}\n', { text, fields, label });
  expect(example).toMatchObject({
    source: 'x.jsonl line 1',
    inputs: [{ ids: { dims: [4] }, pixels: { type: 'float32', dims: [2] } }],
    label: 3,
  });
});

test('the hash is of the inputs alone, and of a text the same as in a text file', async () => {
  const text = { fields: ['t'], tokenizer, inputs };
  const [a, b, c] = await first('{"t": "a"}\n{"y": 2, "t": "a"}\n{"t": "b"}\n', { text });
  expect(a?.hash).toBe(b?.hash);
  expect(a?.hash).not.toBe(c?.hash);
  const lines = await textDataset({ path: file('x.txt', 'a\n'), rows: 'line', tokenizer, inputs });
  expect((await collect(lines.read()))[0]?.hash).toBe(a?.hash);
  const [d, e] = await first('{"x": [1, 2]}\n{"x": [1.0, 2]}\n', { fields });
  expect(d?.hash).toBe(e?.hash);
});

test('a bad line is named by its number, only when it is reached', async () => {
  const lines = '{"x": [1]}\n\n{"x": [1}\n{"z": 1}\n{"x": ["a"]}\n{"x": [1e999]}\n';
  const dataset = await jsonLinesDataset({ path: file('x.jsonl', lines), fields });
  expect(await collect(dataset.read(0, 1))).toHaveLength(1);
  const cases: [number, number, RegExp][] = [
    [1, 3, /is not JSON/],
    [2, 4, /has no field 'x'/],
    [3, 5, /a text where float32/],
    [4, 6, /is Infinity at element 0/],
  ];
  for (const [row, line, message] of cases) {
    await expect(collect(dataset.read(row, row + 1))).rejects.toMatchObject({
      code: 'invalid-data',
      subject: `x.jsonl line ${line}`,
      message: expect.stringMatching(message),
    });
  }
});

test('lists nested beyond reason, labels of another type and empty files are refused', async () => {
  const deep = `{"x": ${'['.repeat(20_000)}${']'.repeat(20_000)}}\n`;
  await expect(first(deep, { fields })).rejects.toMatchObject({
    code: 'invalid-data',
    subject: 'x.jsonl line 1',
  });
  const label = { field: 'y', type: 'number' } as const;
  await expect(first('{"x": 1, "y": "2"}\n', { fields, label })).rejects.toMatchObject({
    message: expect.stringMatching(/label 'y' is a text/),
  });
  await expect(first('{"x": 1}\n', { fields, label })).rejects.toMatchObject({
    message: expect.stringMatching(/has no field 'y'/),
  });
  await expect(first('', { fields })).rejects.toMatchObject({ message: expect.stringMatching(/is empty/) });
});
