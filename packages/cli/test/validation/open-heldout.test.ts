import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Signature } from '@sentei/runtime';
import { expect, test } from 'vitest';
import { openHeldout } from '../../src/validation/open-heldout.ts';
import { parseShifts } from '../../src/validation/parse-shifts.ts';
import { emptyFolder, savedText } from '../support/models.ts';
import { classRows, savedCard } from '../support/pairs.ts';

const bytes: Signature = {
  inputs: [{ name: 'ids', type: 'int64', dims: ['batch', 'sequence'] }],
  outputs: [{ name: 'logits', type: 'float32', dims: ['batch', 'sequence', 256] }],
};
const classes: Signature = {
  inputs: [{ name: 'x', type: 'float32', dims: ['batch', 2] }],
  outputs: [{ name: 'y', type: 'float32', dims: ['batch', 2] }],
};
const usual = { shifts: [], effort: 'full', needsMetric: true } as const;

test('a text for a byte-level language model is its held-out half, and shifted windows of it', async () => {
  const data = await savedText(await emptyFolder());
  const shifts = parseShifts('noise=0.1,truncate');
  const opened = await openHeldout(bytes, { ...usual, data, shifts });
  expect(opened.data.text?.length).toBe(4096);
  expect(opened.data.dataset?.size).toBe(4);
  expect(opened.data.shifts?.map(({ shift, dataset }) => [shift, dataset.size])).toEqual([
    ['noise=0.1', 4],
    ['truncate', 4],
  ]);
  expect(opened).toMatchObject({ hasLabels: false, facts: { kind: 'bytes', examples: 4 } });
  const plain = await openHeldout(bytes, { ...usual, data });
  expect(plain.data).toMatchObject({ text: opened.data.text, shifts: [] });
  expect(plain.data.dataset).toBeUndefined();
  const stated = await openHeldout(bytes, { ...usual, data, metric: 'perplexity' });
  expect(stated.data).toMatchObject({ metric: { name: 'perplexity' }, dataset: { size: 4 } });
  expect(stated.data.text).toBeUndefined();
});

test('a card is opened for its metric and batch, and other data is a shift', async () => {
  const folder = await emptyFolder();
  const data = await savedCard(folder, classRows(40), { batch: { size: 4 } });
  const opened = await openHeldout(classes, { ...usual, data, shifts: parseShifts(data) });
  expect(opened).toMatchObject({
    data: { batch: 4, dataset: { size: 20 }, metric: { name: 'top-1 accuracy' }, shifts: [{ shift: data }] },
    hasLabels: true,
    facts: { kind: 'jsonl', examples: 20, metric: 'top-1 accuracy' },
  });
});

test('without labels there is no metric, which is an error only where one is needed', async () => {
  const folder = await emptyFolder();
  const data = await savedCard(folder, classRows(40), { label: undefined });
  await expect(openHeldout(classes, { ...usual, data })).rejects.toMatchObject({ code: 'invalid-data' });
  const opened = await openHeldout(classes, { ...usual, data, needsMetric: false });
  expect(opened.data.metric).toBeUndefined();
  expect(opened.facts.metric).toBeNull();
});

test("a metric of the user's own is a module", async () => {
  const folder = await emptyFolder();
  const metric = join(folder, 'mine.mjs');
  await writeFile(
    metric,
    'export default { name: "mine", lowerIsBetter: true, score: () => 1, reduce: (scores) => scores.length };\n',
  );
  const data = await savedCard(folder, classRows(40));
  const opened = await openHeldout(classes, { ...usual, data, metric });
  expect(opened.facts.metric).toBe('mine');
});

test('other data that has rows that calibrate is refused', async () => {
  const [rows, others] = [classRows(40), classRows(80).slice(40)];
  const data = await savedCard(await emptyFolder(), rows);
  // Of 40 rows the last 20 judge.
  const mixed = await savedCard(await emptyFolder(), [...others.slice(0, 39), ...rows.slice(3, 4)]);
  await expect(openHeldout(classes, { ...usual, data, shifts: parseShifts(mixed) })).rejects.toMatchObject({
    code: 'invalid-data',
    subject: mixed,
    message: /1 row of calibration/,
    hint: /leave these rows out/,
  });
});

test('another text has windows of the length that the model takes', async () => {
  const fixed: Signature = {
    inputs: [{ name: 'ids', type: 'int64', dims: ['batch', 128] }],
    outputs: [{ name: 'logits', type: 'float32', dims: ['batch', 128, 256] }],
  };
  const folder = await emptyFolder();
  const [data, other] = [join(folder, 'own.txt'), join(folder, 'other.txt')];
  const numbers = (step: number) => Uint8Array.from({ length: 2048 }, (_, index) => (index * step) >> 7);
  await writeFile(data, numbers(3));
  await writeFile(other, numbers(5));
  const { data: opened } = await openHeldout(fixed, { ...usual, data, shifts: parseShifts(other) });
  for await (const { inputs } of opened.shifts?.[0]?.dataset.read(0, 1) ?? [])
    expect(inputs).toMatchObject([{ ids: { dims: [128] } }]);
  expect.assertions(1);
});
