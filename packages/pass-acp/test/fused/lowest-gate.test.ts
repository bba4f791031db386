import { expect, test } from 'vitest';
import { lowestGate } from '../../src/fused/lowest-gate.ts';

test.each([0, 8, 64, 500])(
  'keys behind one gate weigh next to nothing where scores are within %d',
  (bound) => {
    // exp(2U + gate) is what such a key may weigh against the row's own.
    expect(2 * bound + lowestGate(bound)).toBe(-128);
  },
);

test('without a bound it serves scores of up to 192', () => {
  expect(2 * 192 + lowestGate(undefined)).toBe(-128);
});
