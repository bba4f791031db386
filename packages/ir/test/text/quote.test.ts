import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  bytesOfText,
  isIdentifier,
  quoteDotted,
  quoteName,
  quoteString,
  textOfBytes,
} from '../../src/text/quote.ts';

it('names stand plain where they can be taken for nothing else', () => {
  expect(['x', 'layer_0', '0x', 'größe', 'float', 'a.b'].map(quoteName)).toEqual([
    'x',
    'layer_0',
    '"0x"',
    '"größe"',
    '"float"',
    '"a.b"',
  ]);
  expect(['com.microsoft', 'a..b'].map(quoteDotted)).toEqual(['com.microsoft', '"a..b"']);
  expect([isIdentifier('_a1'), isIdentifier('')]).toEqual([true, false]);
});

it('what the standard syntax cannot carry is escaped as in JSON', () => {
  expect(quoteString('say "a\\b"')).toBe('"say \\"a\\\\b\\""');
  expect(quoteString('a\rb')).toBe('e"a\\rb"');
});

it('bytes that are no UTF-8 come back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      expect([...bytesOfText(textOfBytes(bytes))]).toEqual([...bytes]);
    }),
  );
});
