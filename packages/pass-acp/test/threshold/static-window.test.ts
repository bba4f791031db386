import { DISTANCES } from '@sentei/anatomy';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RelativeDecay } from '../../src/matching/decaying-attention.ts';
import { largestFall, staticWindows } from '../../src/threshold/static-window.ts';
import { threshold } from '../../src/threshold/threshold.ts';

function relative(bias: (distance: number) => number): RelativeDecay {
  const samples = [Float64Array.from(DISTANCES, bias)];
  const table = () => {
    throw new Error('no graph to emit to');
  };
  return { kind: 'relative', samples, table };
}

test('slopes give w = ⌈(2U + log L − log ε) / slope⌉, all keys for a head without any', () => {
  const windows = staticWindows({ kind: 'slopes', slopes: [0.5, 0.01, 0] }, 4, Math.exp(-10), 8192);
  expect(windows).toEqual([Math.ceil((8.01 + Math.log(8192) + 10) / 0.5), 2703, 8192]);
});

test('no key outside the window of a head reaches the threshold', () => {
  const arbitrary = fc.record({
    slope: fc.double({ min: 1e-3, max: 4, noNaN: true }),
    wave: fc.double({ min: 0, max: 30, noNaN: true }),
    bound: fc.double({ min: 0, max: 30, noNaN: true }),
    length: fc.integer({ min: 600, max: 4096 }),
  });
  fc.assert(
    fc.property(arbitrary, ({ slope, wave, bound, length }) => {
      const bias = (distance: number) => -slope * distance + wave * Math.sin(distance) ** 2;
      const [window = 0] = staticWindows(relative(bias), bound, 1e-4, length);
      const limit = threshold(bound, 1e-4).constantPart - Math.log(length);
      // Beyond 1,024 the bias is known at samples only.
      const checked = DISTANCES.filter((distance) => distance >= window && distance < length);
      expect(checked.every((distance) => bias(distance) < limit)).toBe(true);
      if (wave === 0) {
        const [exact = 0] = staticWindows({ kind: 'slopes', slopes: [slope] }, bound, 1e-4, length);
        expect(window).toBeGreaterThanOrEqual(Math.min(exact, length) - 1);
      }
    }),
    { numRuns: 50 },
  );
});

test('the largest fall is that to the last bias: it decides whether anything can ever be left out', () => {
  expect(largestFall({ kind: 'slopes', slopes: [0, 1e-6] })).toBe(Number.POSITIVE_INFINITY);
  expect(largestFall({ kind: 'slopes', slopes: [0, 0] })).toBe(0);
  expect(largestFall(relative((distance) => 2 - Math.min(distance, 7)))).toBe(7);
  // It rises again, so what it fell to in between prunes nothing for good.
  expect(largestFall(relative((distance) => (distance === 3 ? -90 : 1)))).toBe(0);
  // A table that ends counts up to its end.
  expect(largestFall(relative((distance) => (distance < 100 ? -distance : Number.NaN)))).toBe(99);
});
