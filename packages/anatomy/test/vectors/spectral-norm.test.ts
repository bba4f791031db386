import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spectralNormBound } from '../../src/vectors/spectral-norm.ts';

/** ‖A x‖ / ‖x‖ after power iterations: at most the norm, and near it. */
function powerIteration(rows: readonly (readonly number[])[]): number {
  const columns = rows[0]?.length ?? 0;
  let x = Array.from({ length: columns }, (_, index) => 1 + index / 7);
  let norm = 0;
  for (let step = 0; step < 200; step++) {
    const y = rows.map((row) => row.reduce((sum, a, index) => sum + a * (x[index] ?? 0), 0));
    const z = x.map((_, index) => rows.reduce((sum, row, i) => sum + (row[index] ?? 0) * (y[i] ?? 0), 0));
    norm = Math.hypot(...y) / Math.hypot(...x);
    const length = Math.hypot(...z);
    if (length === 0) break;
    x = z.map((each) => each / length);
  }
  return norm;
}

test('is never below the norm and at most a few percent above it', () => {
  const matrix = fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.constantFrom(1e-6, 1, 1e6))
    .chain(([n, d, scale]) =>
      fc.array(
        fc.array(fc.double({ min: -scale, max: scale, noNaN: true }), { minLength: d, maxLength: d }),
        {
          minLength: n,
          maxLength: n,
        },
      ),
    );
  fc.assert(
    fc.property(matrix, (rows) => {
      const [bound, norm] = [spectralNormBound(rows), powerIteration(rows)];
      expect(bound).toBeGreaterThanOrEqual(norm * (1 - 1e-12));
      if (norm > 1e-9) expect(bound).toBeLessThan(norm * 1.03);
    }),
    { numRuns: 100, seed: 3 },
  );
});

test('a matrix of ranks and scales apart', () => {
  expect(
    spectralNormBound([
      [3, 0],
      [0, -4],
    ]),
  ).toBeCloseTo(4, 1);
  expect(spectralNormBound([[0, 0]])).toBe(0);
  expect(spectralNormBound([[Number.NaN]])).toBe(Number.POSITIVE_INFINITY);
});
