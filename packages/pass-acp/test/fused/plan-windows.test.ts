import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planWindows } from '../../src/fused/plan-windows.ts';

test('groups heads by the window they will need, and tries wider ones next', () => {
  const plan = planWindows([-1, -0.0003, -0.06, -1.2], 11, 4.5e-5);
  const choice = (medium: number) => [
    { heads: [0, 3], window: 512 },
    { heads: [2], window: medium },
    { heads: [1], window: Number.POSITIVE_INFINITY },
  ];
  expect(plan?.choices).toEqual([choice(2048), choice(3072), choice(6144)]);
});

test('starts where the heads without a window fill a GPU', () => {
  const local = Array<number>(6).fill(-1);
  expect(planWindows([...local, -1e-5, -1e-5], 8, 1e-4)?.from).toBe(32_768);
  expect(planWindows([...local, ...Array<number>(10).fill(-1e-5)], 8, 1e-4)?.from).toBe(6554);
  expect(planWindows(local, 8, 1e-4)?.from).toBe(4096);
  // A window of 3,072 keys pays for six times as many.
  expect(planWindows([-0.03], 11, 4.5e-5)?.from).toBe(18_432);
});

test('plans none for heads that forget nothing', () => {
  expect(planWindows([0, -1e-6], 8, 1e-4)).toBeUndefined();
});

test('every choice covers each head once, in whole chunks, and a later one is no narrower', () => {
  const gates = fc.array(fc.double({ min: -20, max: 0, noNaN: true }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(
      gates,
      fc.option(fc.double({ min: 0, max: 60, noNaN: true }), { nil: undefined }),
      (levels, bound) => {
        const windows = (planWindows(levels, bound, 1e-4)?.choices ?? []).map((groups) => {
          const byHead = groups.flatMap(({ heads, window }) => heads.map((head) => [head, window] as const));
          expect(byHead.map(([head]) => head).sort((a, b) => a - b)).toEqual(levels.map((_, head) => head));
          return new Map(byHead);
        });
        for (const [head] of levels.entries()) {
          const [first = Number.NaN, second = Number.POSITIVE_INFINITY] = windows.map((each) =>
            each.get(head),
          );
          if (windows.length === 0) continue;
          expect(first % 128 === 0 || first === Number.POSITIVE_INFINITY).toBe(true);
          expect(second).toBeGreaterThanOrEqual(first);
        }
      },
    ),
  );
});
