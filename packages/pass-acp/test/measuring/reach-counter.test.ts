import { expect, test } from 'vitest';
import { ReachCounter } from '../../src/measuring/reach-counter.ts';
import type { DecayTap } from '../../src/measuring/tap-decays.ts';

const SCORES = { scale: 1, squaredNorms: { query: 'q', key: 'k' }, own: 'o', scoreBound: 1 } as const;
const GATES: DecayTap = { attention: 2, kind: 'gates', heads: 2, logGates: 'g', ...SCORES };

function tensor(dims: readonly number[], elementAt: (index: number) => number) {
  return {
    dims,
    data: Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, index) => elementAt(index)),
  };
}

/** Scores of 0 of one sequence. */
function scoresOf(length: number, heads = 2) {
  const zeros = tensor([1, heads, length], () => 0);
  return { q: zeros, k: zeros, o: zeros };
}

/** One log gate for each head. */
function gatesOf(length: number, ...logGates: number[]) {
  const { length: heads } = logGates;
  return {
    ...scoresOf(length, heads),
    g: tensor([1, heads, length], (index) => logGates[Math.floor(index / length)] ?? 0),
  };
}

test('a head that forgets fast is local, one that forgets nothing global', () => {
  const grid = { rows: 64, keys: 32 };
  const counter = new ReachCounter([GATES], { epsilon: 1e-3, lengths: [256, 512], grid });
  counter.add(gatesOf(512, -2, 0));
  counter.add(gatesOf(512, -1, 0));
  const [fast, slow] = counter.result();
  expect(counter.sequences).toBe(2);
  expect(fast).toMatchObject({ attention: 2, head: 0, kind: 'local', scoreBound: 1 });
  expect(fast?.halfLife).toBeCloseTo(Math.LN2 / 1.5, 12);
  expect(slow).toMatchObject({ head: 1, kind: 'global', halfLife: Number.POSITIVE_INFINITY });
  expect(slow?.span).toEqual({ median: 255, most90: 460, most: 511 });
  expect(slow?.lengths.map(({ skipped }) => skipped)).toEqual([0, 0]);
  // 16 · exp(−d) is at most 0.001 from a distance of 10 on, so that 16 keys and up to 9 after them are kept.
  expect(fast?.span.most).toBe(15 + 9);
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

test('a bound that only a run tells is that of the norms, of every head', () => {
  const tap: DecayTap = {
    attention: 0,
    kind: 'slopes',
    heads: 2,
    slopes: [1, 0],
    ...SCORES,
    scoreBound: undefined,
    scale: -0.5,
  };
  const counter = new ReachCounter([tap], { epsilon: 0.1, lengths: [2] });
  counter.add({
    q: { dims: [1, 2, 2], data: [4, 1, 1, 9] },
    k: { dims: [1, 1, 2], data: [16, 1] },
    o: { dims: [1, 2, 2], data: [8, 1, 4, 3] },
  });
  const bounds = counter.result().map(({ scoreBound, halfLife }) => [scoreBound, halfLife]);
  expect(bounds).toEqual([
    [4, null],
    [6, null],
  ]);
});

test('gates may be shared by heads, and tables tell by distance', () => {
  const shared = new ReachCounter([{ ...GATES, heads: 4 }], { epsilon: 1e-3, lengths: [512] });
  shared.add({ ...scoresOf(512, 4), g: gatesOf(512, -5, 0).g });
  expect(shared.result().map(({ kind }) => kind)).toEqual(['local', 'local', 'global', 'global']);
  const tap: DecayTap = { attention: 0, kind: 'relative', heads: 1, table: 't', ...SCORES };
  const grid = { rows: 8, keys: 1 };
  const relative = new ReachCounter([tap], { epsilon: 1e-3, lengths: [64], grid });
  relative.add({ ...scoresOf(64, 1), t: tensor([1, 64], (distance) => (distance % 40 === 0 ? 0 : -100)) });
  expect(relative.result()[0]?.span.most).toBe(40);
});

test('outputs that are missing are named', () => {
  const counter = new ReachCounter([GATES], { epsilon: 1e-3, lengths: [64] });
  expect(() => counter.add({})).toThrow("output 'g' is missing");
});
