import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstKeys } from '../../src/measuring/first-keys.ts';

test('two pointers find what comparing all pairs finds', () => {
  const gate = fc.oneof(
    fc.double({ min: -3, max: 0, noNaN: true }),
    fc.constantFrom(0, -2000, Number.NEGATIVE_INFINITY),
  );
  fc.assert(
    fc.property(
      fc.array(gate, { minLength: 1, maxLength: 40 }),
      fc.double({ min: -9, max: -0.1, noNaN: true }),
      (logGates, threshold) => {
        const first = firstKeys({ kind: 'gates', logGates }, logGates.length, threshold);
        for (const [row, found] of first.entries()) {
          let expected = row;
          for (let bias = 0; expected > 0; expected -= 1) {
            bias += logGates[expected] ?? 0;
            if (bias < threshold) break;
          }
          // Sums in another order may differ in the last digit of a bias that is the threshold.
          expect(found).toBe(expected);
        }
      },
    ),
    { seed: 3 },
  );
});

test('open gates keep all keys, and shut ones none before', () => {
  const gates = (logGates: number[]) => [...firstKeys({ kind: 'gates', logGates }, logGates.length, -5)];
  expect(gates([0, 0, 0, 0])).toEqual([0, 0, 0, 0]);
  expect(gates([-2000, -2000, -2000])).toEqual([0, 1, 2]);
  expect(gates([0, -1, Number.NEGATIVE_INFINITY, 0, -1])).toEqual([0, 0, 2, 2, 2]);
});

test('a slope gives every row the same distance', () => {
  const first = firstKeys({ kind: 'slopes', slope: 0.5 }, 8, -1.6);
  expect([...first]).toEqual([0, 0, 0, 0, 1, 2, 3, 4]);
  expect([...firstKeys({ kind: 'slopes', slope: 0 }, 3, -1)]).toEqual([0, 0, 0]);
});

test('a relative bias counts from the farthest distance that still matters, against that of the own key', () => {
  const table = [2, 1, -9, 0, -9, -9];
  expect([...firstKeys({ kind: 'relative', table }, 6, -3)]).toEqual([0, 0, 0, 0, 1, 2]);
  expect([...firstKeys({ kind: 'relative', table }, 6, -0.5)]).toEqual([0, 1, 2, 3, 4, 5]);
});
