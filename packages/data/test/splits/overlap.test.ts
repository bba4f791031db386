import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SPLITS } from '../../src/splits/divide.ts';
import { dropOverlap, refuseOverlap } from '../../src/splits/overlap.ts';
import { collect, listDataset } from '../support/list-dataset.ts';
import { numbered } from '../support/numbered.ts';

const splitsOf = (calibration: number[], selection: number[], heldout: number[]) => ({
  calibration: listDataset(numbered(calibration, 'calibration.jsonl line')),
  selection: listDataset(numbered(selection, 'selection.jsonl line')),
  heldout: listDataset(numbered(heldout, 'heldout.jsonl line')),
});

test('common rows are counted and the first named with their twins', async () => {
  await refuseOverlap(splitsOf([1, 1, 2], [3], [4, 4]), 'card.json');
  await expect(
    refuseOverlap(splitsOf([0, 1, 2, 3, 4, 5], [9], [5, 4, 3, 2]), 'card.json'),
  ).rejects.toMatchObject({
    code: 'invalid-data',
    subject: 'card.json',
    message:
      'card.json: 4 rows of calibration are in heldout too: calibration.jsonl line 2 = heldout.jsonl line 3, ' +
      'calibration.jsonl line 3 = heldout.jsonl line 2, calibration.jsonl line 4 = heldout.jsonl line 1, …',
    hint: expect.stringContaining('"overlap": "drop"'),
  });
  await expect(refuseOverlap(splitsOf([0], [1, 2], [2]), 'card.json')).rejects.toMatchObject({
    message: expect.stringMatching(/1 row of selection is in heldout too/),
  });
});

test('law: after dropping nothing is in two splits, held-out rows are all there, and nothing else is lost', async () => {
  const some = fc.array(fc.nat(15), { maxLength: 15 });
  await fc.assert(
    fc.asyncProperty(some, some, some, async (calibration, selection, heldout) => {
      const before = splitsOf(calibration, selection, heldout);
      const { splits, dropped } = await dropOverlap(before);
      await refuseOverlap(splits, 'card.json');
      const labels = async (split: (typeof SPLITS)[number]) =>
        (await collect(splits[split].read())).map(({ label }) => label);
      expect(await labels('heldout')).toEqual(heldout);
      expect(await labels('selection')).toEqual(selection.filter((each) => !heldout.includes(each)));
      expect(await labels('calibration')).toEqual(
        calibration.filter((each) => !heldout.includes(each) && !selection.includes(each)),
      );
      for (const split of SPLITS) expect(before[split].size - splits[split].size).toBe(dropped[split]);
    }),
  );
});
