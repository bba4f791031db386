import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takesPart } from '../../src/rollout/assign-request.ts';

test('about a share of the requests takes part, all at 1 and none at 0', () => {
  const ids = Array.from({ length: 4000 }, (_, index) => `request ${index}`);
  const count = (share: number, seed?: number) => ids.filter((id) => takesPart(id, share, seed)).length;
  expect([count(0), count(1)]).toEqual([0, 4000]);
  expect(Math.abs(count(0.25) - 1000)).toBeLessThan(150);
  expect(ids.some((id) => takesPart(id, 0.5, 1) !== takesPart(id, 0.5, 2))).toBe(true);
});

test('who takes part at a share does at every larger one', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.string(), share, share, fc.nat(), (id, a, b, seed) => {
      const [less, more] = [Math.min(a, b), Math.max(a, b)];
      return !takesPart(id, less, seed) || takesPart(id, more, seed);
    }),
  );
});
