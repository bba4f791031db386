import { expect, test } from 'vitest';
import { prepareSource } from '../../src/card/open-source.ts';
import { sourceContext } from '../support/source-context.ts';

test('what a kind of data has no use for is a mistake of the card', async () => {
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ source: { kind: 'bytes' }, tokenizer: { path: 'x' } }, /tokenizer: bytes without text/],
    [{ source: { kind: 'jsonl' }, tokenizer: { path: 'x' } }, /tokenizer: jsonl without text/],
    [{ source: { kind: 'bytes' }, label: { type: 'class', field: 'y' } }, /label: bytes has no labels/],
    [{ source: { kind: 'bytes' }, batch: { padding: { input_ids: 0 } } }, /batch\.padding: windows of bytes/],
    [
      { source: { kind: 'images', height: 2, width: 2 }, batch: { padding: { image: 0 } } },
      /batch\.padding: images/,
    ],
    [
      { source: { kind: 'text', rows: 'window', length: 4 }, batch: { padding: { input_ids: 0 } } },
      /batch\.padding: windows of text/,
    ],
  ];
  for (const [fields, message] of cases) {
    await expect(prepareSource(sourceContext(fields))).rejects.toMatchObject({
      code: 'invalid-data',
      subject: 'card.json',
      message: expect.stringMatching(message),
    });
  }
});

test('each kind of source is prepared without touching its data', async () => {
  const inputs = { input_ids: 'x' };
  expect(await prepareSource(sourceContext({ source: { kind: 'bytes' }, inputs }))).toBeTypeOf('function');
  expect(await prepareSource(sourceContext({ source: { kind: 'arrays' } }))).toBeTypeOf('function');
  expect(await prepareSource(sourceContext({ source: { kind: 'jsonl' }, inputs: { x: 'y' } }))).toBeTypeOf(
    'function',
  );
  const image = { image: 'x' };
  expect(
    await prepareSource(sourceContext({ source: { kind: 'images', height: 2, width: 2 }, inputs: image })),
  ).toBeTypeOf('function');
});
