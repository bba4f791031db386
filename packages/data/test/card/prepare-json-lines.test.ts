import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { prepareJsonLines } from '../../src/card/prepare-json-lines.ts';
import { collect } from '../support/list-dataset.ts';
import { sourceContext } from '../support/source-context.ts';
import { writeTokenizer } from '../support/tiny-tokenizer.ts';
import { temporaryFiles } from '../support/write-files.ts';

const file = temporaryFiles();

async function prepare(path: string, fields: Record<string, unknown>) {
  await writeTokenizer(dirname(path));
  const context = sourceContext(fields, { subject: join(dirname(path), 'card.json') });
  if (context.card.source.kind !== 'jsonl') throw new Error('not JSON Lines');
  return (await prepareJsonLines(context, context.card.source))(path, 0, 1);
}

test('with text the names of tokens are its parts, without they are fields', async () => {
  const path = file('x.jsonl', '{"t": "the cat", "input_ids": [5, 6], "weight": 2}\n');
  const tokenizer = { path: 'tokenizer.json' };
  const inputs = { input_ids: { name: 'ids', type: 'int64' }, weight: 'weight' };
  const [text] = await collect(
    (await prepare(path, { source: { kind: 'jsonl', text: 't' }, tokenizer, inputs })).read(),
  );
  expect([text?.inputs[0]?.ids?.dims, text?.inputs[0]?.weight?.dims]).toEqual([[4], []]);
  const [plain] = await collect((await prepare(path, { source: { kind: 'jsonl' }, inputs })).read());
  expect(plain?.inputs[0]?.ids?.data).toEqual(BigInt64Array.of(5n, 6n));
});

test('a card that says nothing of inputs is told what to write', async () => {
  const path = file('x.jsonl', '{}\n');
  await expect(prepare(path, { source: { kind: 'jsonl' } })).rejects.toMatchObject({
    code: 'invalid-data',
    hint: expect.stringContaining('"inputs": {"<field>": "<input>"}'),
  });
});
