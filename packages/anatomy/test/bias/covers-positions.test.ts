import { expect, test } from 'vitest';
import { coversPositions } from '../../src/bias/covers-positions.ts';

test.each([
  ['sequence', true],
  ['min(1024,sequence)', true],
  // A table of one entry would be broadcast.
  ['min(1,sequence)', false],
  ['min(1024,past)', false],
  ['batch', false],
  [1, false],
  [null, false],
  [undefined, false],
] as const)('%s covers the sequence: %s', (extent, covers) => {
  expect(coversPositions(extent, 'sequence')).toBe(covers);
});

test('fixed lengths cover themselves, unknown ones nothing', () => {
  expect(coversPositions(64, 64)).toBe(true);
  expect(coversPositions(32, 64)).toBe(false);
  expect(coversPositions(null, null)).toBe(false);
});
