import { expect, test } from 'vitest';
import { cardSchema } from '../../src/card/schema.ts';

test('a short card is filled in', () => {
  expect(
    cardSchema.parse({ version: 1, source: { kind: 'bytes', path: 'x' }, inputs: { input_ids: 'ids' } }),
  ).toEqual({
    version: 1,
    source: { kind: 'bytes', path: 'x', length: 1024 },
    inputs: { input_ids: { name: 'ids' } },
    splits: { shares: { calibration: 0.25, selection: 0.25, heldout: 0.5 }, by: 'range', seed: 0 },
    overlap: 'stop',
  });
});

test('one field of text is a list of one, and a split without a part is the whole', () => {
  const split = { path: 'x' };
  const card = cardSchema.parse({
    version: 1,
    source: { kind: 'jsonl', text: 't' },
    splits: { calibration: split, selection: { path: 'x', part: [0, 0.5] }, heldout: split },
  });
  expect(card.source).toMatchObject({ text: ['t'], pairs: 'sets' });
  expect(card.splits).toMatchObject({ calibration: { part: [0, 1] }, selection: { part: [0, 0.5] } });
});

test('nothing unknown passes, at any depth', () => {
  const base = { version: 1, source: { kind: 'bytes' } };
  const extra = { colour: 1 };
  const wrong = [
    { ...base, ...extra },
    { ...base, source: { kind: 'bytes', ...extra } },
    { ...base, tokenizer: { path: 'x', ...extra } },
    { ...base, inputs: { x: { name: 'x', ...extra } } },
    { ...base, label: { type: 'class', ...extra } },
    { ...base, batch: extra },
    { ...base, splits: { shares: { calibration: 0.2, selection: 0.2, heldout: 0.2, ...extra } } },
    { ...base, version: '1' },
    { ...base, splits: { calibration: { part: [0.5, 0.5] }, selection: {}, heldout: {} } },
  ];
  expect(cardSchema.safeParse(base).success).toBe(true);
  expect(wrong.filter((card) => cardSchema.safeParse(card).success)).toEqual([]);
});
