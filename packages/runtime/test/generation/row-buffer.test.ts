import { type HostTensor, hostTensor } from '@sentei/data';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RowBuffer } from '../../src/generation/row-buffer.ts';

/** Rows [outer, count, 2] with numbers that tell where they come from. */
function rows(outer: number, from: number, count: number): HostTensor {
  const data = Array.from({ length: outer }, (_, o) =>
    Array.from({ length: count }, (__, row) => [1000 * o + from + row, -1]).flat(),
  ).flat();
  return hostTensor('float32', [outer, count, 2], Float32Array.from(data));
}

test('what is left are the rows that were added last, in order', () => {
  const change = fc.record({
    drop: fc.double({ min: 0, max: 1, noNaN: true }),
    add: fc.integer({ min: 0, max: 70 }),
  });
  fc.assert(
    fc.property(fc.constantFrom(1, 3), fc.array(change, { maxLength: 8 }), (outer, changes) => {
      const buffer = new RowBuffer(rows(outer, 0, 0), 1);
      let [first, end] = [0, 0];
      for (const { drop, add } of changes) {
        const dropped = Math.floor(drop * (end - first));
        buffer.change(dropped, rows(outer, end, add));
        [first, end] = [first + dropped, end + add];
        expect(buffer.rows).toBe(end - first);
        expect(buffer.view()).toEqual(rows(outer, first, end - first));
      }
    }),
    { numRuns: 40, seed: 3 },
  );
});

test('rows that do not fit are refused, and so is dropping more than there are', () => {
  const buffer = new RowBuffer(rows(1, 0, 4), 1);
  expect(() => buffer.change(5, rows(1, 4, 1))).toThrow(RangeError);
  expect(() => buffer.change(0, hostTensor('float32', [1, 1, 3], new Float32Array(3)))).toThrow(RangeError);
  expect(() => buffer.change(0, hostTensor('float64', [1, 1, 2], new Float64Array(2)))).toThrow(RangeError);
  expect(buffer.rows).toBe(4);
});
