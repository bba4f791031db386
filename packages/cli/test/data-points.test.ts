import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ValueSignature } from '@sentei/runtime';
import { expect, test } from 'vitest';
import { dataPoints } from '../src/data-points.ts';
import { emptyFolder, savedText } from './support/models.ts';

const ids: ValueSignature = { name: 'ids', type: 'int64', dims: ['batch', 'sequence'] };

async function savedCard(): Promise<string> {
  const folder = await emptyFolder();
  const rows = Array.from({ length: 40 }, (_, row) => JSON.stringify({ tokens: [row, row + 1, 7] }));
  await writeFile(join(folder, 'rows.jsonl'), `${rows.join('\n')}\n`);
  const card = join(folder, 'card.json');
  const source = { kind: 'jsonl', path: 'rows.jsonl' };
  await writeFile(card, JSON.stringify({ version: 1, source, inputs: { tokens: 'ids' } }));
  return card;
}

test('a text gives rows of the lengths asked for, from its held-out half', async () => {
  const text = await savedText(await emptyFolder(), 16_384);
  const points = await dataPoints(text, [ids], [{ batch: 2, length: 16 }, { length: 8 }], undefined);
  expect(points.map(({ label, feeds }) => [label, feeds.ids?.dims])).toEqual([
    ['batch 2, length 16', [2, 16]],
    ['batch 1, length 8', [1, 8]],
  ]);
  const [point] = await dataPoints(text, [ids], undefined, undefined);
  expect(point?.label).toBe('batch 1, length 128');
});

test('a text is for models that read bytes alone', async () => {
  const text = await savedText(await emptyFolder());
  for (const inputs of [[ids, { ...ids, name: 'mask' }], [{ ...ids, type: 'float32' as const }], []]) {
    await expect(dataPoints(text, inputs, undefined, undefined)).rejects.toMatchObject({
      code: 'invalid-data',
      hint: expect.stringContaining('card'),
    });
  }
});

test('a card gives batches of its rows', async () => {
  const card = await savedCard();
  const points = await dataPoints(card, [ids], undefined, undefined);
  expect(points.map(({ label, feeds }) => [label, feeds.ids?.dims])).toEqual([
    ['batch 1', [1, 3]],
    ['batch 8', [8, 3]],
  ]);
  // The first half of 40 rows calibrates and selects.
  expect(points[0]?.feeds.ids?.data[0]).toBe(20n);
  await expect(dataPoints(card, [ids], [{ batch: 1, length: 8 }], undefined)).rejects.toMatchObject({
    code: 'invalid-option',
    subject: 'length',
  });
});

test('sizes that the data has are not to be chosen', async () => {
  const text = await savedText(await emptyFolder());
  await expect(dataPoints(text, [ids], [{ frames: 3 }], undefined)).rejects.toMatchObject({
    code: 'invalid-option',
    subject: 'frames',
  });
});

test('too few rows are an error', async () => {
  const text = await savedText(await emptyFolder(), 4096);
  await expect(dataPoints(text, [ids], [{ batch: 1000, length: 64 }], undefined)).rejects.toMatchObject({
    code: 'invalid-data',
  });
});
