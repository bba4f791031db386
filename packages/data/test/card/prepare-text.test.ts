import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { prepareBytes, prepareText } from '../../src/card/prepare-text.ts';
import { collect } from '../support/list-dataset.ts';
import { sourceContext } from '../support/source-context.ts';
import { writeTokenizer } from '../support/tiny-tokenizer.ts';
import { temporaryFiles } from '../support/write-files.ts';

const file = temporaryFiles();
const inputs = { input_ids: 'ids' };

test('bytes are cut at shares of the file and have the type of the input', async () => {
  const path = file('x.txt', 'abcdefgh');
  const model = [{ name: 'ids', type: 'int32', dims: ['b', 's'] }] as const;
  const source = { kind: 'bytes', length: 2, stride: 1 } as const;
  const dataset = await prepareBytes(sourceContext({ source }, { model }), source)(path, 0.5, 1);
  const [first] = await collect(dataset.read());
  expect([dataset.size, first?.source, first?.inputs[0]?.ids?.type]).toEqual([
    3,
    'x.txt bytes 4 to 6',
    'int32',
  ]);
});

test('rows of text, and what windows need', async () => {
  const path = file('x.txt', 'the cat\nsat on a mat\n');
  await writeTokenizer(dirname(path));
  const prepare = async (fields: Record<string, unknown>) => {
    const context = sourceContext(
      { source: { kind: 'text', ...fields }, inputs, tokenizer: { path: 'tokenizer.json' } },
      { subject: join(dirname(path), 'card.json') },
    );
    if (context.card.source.kind !== 'text') throw new Error('not text');
    return (await prepareText(context, context.card.source))(path, 0, 1);
  };
  expect((await prepare({})).size).toBe(2);
  expect((await prepare({ rows: 'document' })).size).toBe(1);
  expect((await prepare({ rows: 'window', length: 3 })).size).toBe(2);
  const refused = (message: RegExp) => ({ code: 'invalid-data', message: expect.stringMatching(message) });
  await expect(prepare({ rows: 'window' })).rejects.toMatchObject(refused(/windows of tokens need a length/));
  await expect(prepare({ length: 3 })).rejects.toMatchObject(refused(/are for rows of windows/));
});
