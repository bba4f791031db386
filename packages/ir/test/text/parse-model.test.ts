import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../src/codec/wire.ts';
import { parseModel, printModel, readModelBytes, verify } from '../../src/index.ts';
import { modelMessage } from '../../src/testing/models/messages.ts';
import { structureOf } from './structure.ts';

describe('parseModel', () => {
  it('reads back what printModel writes: the same structure and the same text', () => {
    fc.assert(
      fc.property(modelMessage, (message) => {
        const model = readModelBytes(encodeModel(message));
        const text = printModel(model);
        const again = parseModel(text);
        expect(structureOf(again)).toEqual(structureOf(model));
        expect(printModel(again)).toBe(text);
        expect(verify(again)).toEqual(verify(model));
      }),
      { numRuns: 100 },
    );
  });
});
