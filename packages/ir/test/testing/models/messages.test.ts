import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeModel, encodeModel } from '../../../src/codec/wire.ts';
import { readModelBytes, verify } from '../../../src/index.ts';
import { modelMessage } from '../../../src/testing/models/messages.ts';

test('every message is that of a valid graph and encodes to the same bytes again', () => {
  fc.assert(
    fc.property(modelMessage, (message) => {
      const bytes = encodeModel(message);
      expect(encodeModel(decodeModel(bytes))).toEqual(bytes);
      expect(verify(readModelBytes(bytes))).toEqual([]);
    }),
  );
});
