import type { ScoreReading } from '@sentei/anatomy';
import { expect, test } from 'vitest';
import { checkFill } from '../../src/matching/check-fill.ts';
import type { ReadDecay } from '../../src/matching/read-decay.ts';

const none = Number.NEGATIVE_INFINITY;

function reasonFor(
  fills: { replacing?: number; added?: number; hidden?: number },
  {
    scoreBound,
    isPadded = false,
    isAnchored = true,
  }: { scoreBound?: number; isPadded?: boolean; isAnchored?: boolean } = {},
): string | undefined {
  const { replacing = none, added = none, hidden } = fills;
  const keyMasks = isPadded ? [{}] : [];
  const reading = { replacing, added, keyMasks } as unknown as ScoreReading;
  const decay = { decay: { kind: 'slopes', slopes: [1] }, isAnchored, hidden } satisfies ReadDecay;
  return checkFill(reading, scoreBound, decay)?.reason;
}

test('minus infinity rules keys out everywhere', () => {
  expect(reasonFor({})).toBeUndefined();
  expect(reasonFor({ hidden: none }, { isAnchored: false, isPadded: true })).toBeUndefined();
});

test('a number in place of scores has to lie far below them', () => {
  expect(reasonFor({ replacing: -1e4 })).toBeUndefined();
  expect(reasonFor({ replacing: -9999 })).toBe('the mask fill -9999 does not rule out masked keys');
  expect(reasonFor({ replacing: -140 }, { scoreBound: 10 })).toBeUndefined();
  expect(reasonFor({ replacing: -139 }, { scoreBound: 10 })).toContain('-139');
  expect(reasonFor({ hidden: -9999 })).toContain('-9999');
});

test('with padding the bound of scores does not help, since a row may not see its own key', () => {
  expect(reasonFor({ replacing: -140 }, { scoreBound: 10, isPadded: true })).toContain('-140');
});

test('a number that is added has to outweigh the bias', () => {
  expect(reasonFor({ added: -1e9 })).toBeUndefined();
  expect(reasonFor({ added: -1e8 })).toContain('-100000000');
});

test('next to sums that are not relative to the row, a number has to outweigh whatever those come to', () => {
  expect(reasonFor({ replacing: -1e9 }, { isAnchored: false })).toContain('-1000000000');
  expect(reasonFor({ replacing: -1e30, added: -1e30 }, { isAnchored: false })).toBeUndefined();
});

test('what is not a number rules nothing out', () => {
  expect(reasonFor({ replacing: Number.NaN })).toContain('NaN');
});
