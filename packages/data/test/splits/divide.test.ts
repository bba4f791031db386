import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundsOf, divideByHash, partOf, SPLITS } from '../../src/splits/divide.ts';
import { refuseOverlap } from '../../src/splits/overlap.ts';
import { collect, listDataset } from '../support/list-dataset.ts';
import { numbered } from '../support/numbered.ts';

const anyShares = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .map(([calibration, selection, heldout]) => {
    const total = calibration + selection + heldout;
    return { calibration: calibration / total, selection: selection / total, heldout: heldout / total };
  });

test('law: shares by range are disjoint and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(40), anyShares, async (size, shares) => {
      const dataset = listDataset(numbered(size));
      const bounds = boundsOf(shares);
      const parts = await Promise.all(
        SPLITS.map((split) => collect(partOf(dataset, ...bounds[split]).read())),
      );
      const labels = parts.flat().map(({ label }) => label);
      expect(labels).toEqual(labels.map((_, index) => index));
      expect(labels.length).toBeGreaterThanOrEqual(size - 1);
    }),
  );
});

test('law: shares by hash have no contents in common, however often rows are repeated', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(12), { maxLength: 40 }),
      anyShares,
      fc.nat(5),
      async (rows, shares, seed) => {
        const splits = await divideByHash(listDataset(numbered(rows)), shares, seed);
        await refuseOverlap(splits, 'card.json');
        const sizes = SPLITS.map((split) => splits[split].size);
        expect(sizes.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(rows.length - 1);
      },
    ),
  );
});

test('shares by hash come near what was asked for, and another seed gives others', async () => {
  const dataset = listDataset(numbered(2000));
  const shares = { calibration: 0.25, selection: 0.25, heldout: 0.5 };
  const splits = await divideByHash(dataset, shares, 0);
  for (const split of SPLITS) expect(Math.abs(splits[split].size / 2000 - shares[split])).toBeLessThan(0.05);
  const again = await divideByHash(dataset, shares, 0);
  expect(again.heldout.fingerprint).toBe(splits.heldout.fingerprint);
  expect((await divideByHash(dataset, shares, 1)).heldout.fingerprint).not.toBe(splits.heldout.fingerprint);
});

test('windows that reach into the next share are left out, except at the end', async () => {
  const dataset = { ...listDataset(numbered(10)), reach: 2 };
  const labels = async (from: number, to: number) =>
    (await collect(partOf(dataset, from, to).read())).map(({ label }) => label);
  expect(await labels(0, 0.5)).toEqual([0, 1, 2]);
  expect(await labels(0.5, 1)).toEqual([5, 6, 7, 8, 9]);
  expect(await labels(0, 0.1)).toEqual([]);
});
