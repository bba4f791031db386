import { expect, test } from 'vitest';
import { ReachCounter } from '../../src/measuring/reach-counter.ts';
import type { DecayTap } from '../../src/measuring/tap-decays.ts';

const GATES: DecayTap = { attention: 2, kind: 'gates', heads: 2, scoreBound: 1, logGates: 'g' };

/** [1, heads, length] of one log gate each. */
function gatesOf(length: number, ...logGates: number[]) {
  const data = logGates.flatMap((gate) => Array<number>(length).fill(gate));
  return { g: { dims: [1, logGates.length, length], data } };
}

test('a head that forgets fast is local, one that forgets nothing global', () => {
  const counter = new ReachCounter([GATES], {
    epsilon: 1e-3,
    lengths: [256, 512],
    grid: { rows: 64, keys: 32 },
  });
  counter.add(gatesOf(512, -2, 0));
  counter.add(gatesOf(512, -1, 0));
  const [fast, slow] = counter.result();
  expect(counter.sequences).toBe(2);
  expect(fast).toMatchObject({ attention: 2, head: 0, kind: 'local', scoreBound: 1 });
  expect(fast?.halfLife).toBeCloseTo(Math.LN2 / 1.5, 12);
  expect(slow).toMatchObject({ head: 1, kind: 'global', halfLife: Number.POSITIVE_INFINITY });
  expect(slow?.span).toEqual({ median: 255, most90: 460, most: 511 });
  expect(slow?.lengths.map(({ skipped }) => skipped)).toEqual([0, 0]);
  // −2U + log ε − log L less the slack of rounding: −15.15, so that keys at 15 of −1 and at 7 of −2 still matter.
  expect(fast?.span.most).toBe(15);
  // Of blocks of 64 rows and tiles of 32 keys all but the diagonal and one tile before it are skipped.
  const tiles = (blocks: number) => blocks * (blocks + 1);
  for (const [index, blocks] of [4, 8].entries()) {
    expect(fast?.lengths[index]?.skipped).toBeCloseTo(1 - (3 * blocks - 1) / tiles(blocks), 12);
    expect(slow?.lengths[index]?.work).toBeCloseTo((tiles(blocks) * 64 * 32) / (64 * blocks) ** 2, 12);
  }
});

test('sequences that are too short count at the lengths they have', () => {
  const counter = new ReachCounter([GATES], { epsilon: 1e-3, lengths: [64, 128] });
  counter.add(gatesOf(100, -1, 0));
  expect(counter.result().map(({ lengths }) => lengths.map(({ length }) => length))).toEqual([[64], [64]]);
});

test('a bound that only a run tells is that of the norms, of every batch and head', () => {
  const squaredNorms = { query: 'q', key: 'k', scale: 0.5 };
  const tap: DecayTap = {
    attention: 0,
    kind: 'slopes',
    heads: 2,
    scoreBound: undefined,
    slopes: [1, 0],
    positions: 'n',
    squaredNorms,
  };
  const counter = new ReachCounter([tap], { epsilon: 0.1, lengths: [2] });
  counter.add({
    n: { dims: [1], data: [2] },
    q: { dims: [1, 2, 2], data: [4, 1, 1, 9] },
    k: { dims: [1, 1, 2], data: [16, 1] },
  });
  const bounds = counter.result().map(({ scoreBound, halfLife }) => [scoreBound, halfLife]);
  expect(bounds).toEqual([
    [4, null],
    [6, null],
  ]);
});

test('gates may be shared by heads, and tables tell by distance', () => {
  const shared = new ReachCounter([{ ...GATES, heads: 4 }], { epsilon: 1e-3, lengths: [64] });
  shared.add(gatesOf(64, -5, 0));
  expect(shared.result().map(({ kind }) => kind)).toEqual(['local', 'local', 'global', 'global']);
  const table = Array.from({ length: 64 }, (_, distance) => (distance % 40 === 0 ? 0 : -100));
  const tap: DecayTap = {
    attention: 0,
    kind: 'relative',
    heads: 1,
    scoreBound: 1,
    table: 't',
    positions: 'n',
  };
  const relative = new ReachCounter([tap], { epsilon: 1e-3, lengths: [64] });
  relative.add({ n: { dims: [1], data: [64] }, t: { dims: [1, 64], data: table } });
  expect(relative.result()[0]?.span.most).toBe(40);
});

test('outputs that are missing are named', () => {
  const counter = new ReachCounter([GATES], { epsilon: 1e-3, lengths: [64] });
  expect(() => counter.add({})).toThrow("output 'g' is missing");
});
