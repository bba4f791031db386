import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tensor, unknowns } from '../../../src/testing/models/message-parts.ts';
import { tensorFromProto } from '../../support/tensor-from-proto.ts';

test('the data of every tensor fills its shape', () => {
  fc.assert(
    fc.property(tensor, (message) => {
      const read = tensorFromProto(message);
      if (read.dataType !== 'string') expect(read.bytes().length).toBe(read.byteLength);
      else expect(message.stringData?.length).toBe(read.size);
    }),
    { numRuns: 300 },
  );
});

test('unknown fields have the numbers 1000 to 1003', () => {
  const tags = fc.sample(unknowns, { numRuns: 200, seed: 1 }).flatMap(({ $unknowns }) => $unknowns ?? []);
  const numbers = tags.map(([low = 0, high = 0]) => ((low & 0x7f) | (high << 7)) >> 3);
  expect(new Set(numbers)).toEqual(new Set([1000, 1001, 1002, 1003]));
});
