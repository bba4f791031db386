import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, fingerprintOf, hashParts } from '../../src/dataset/hashing.ts';

test('parts with the same bytes in other places have another hash; text and its bytes have the same', () => {
  expect(hashParts(['ab', 'c'])).not.toBe(hashParts(['a', 'bc']));
  expect(hashParts(['1:a'])).not.toBe(hashParts(['1', 'a']));
  expect(hashParts(['é'])).toBe(hashParts([new TextEncoder().encode('é')]));
});

test('canonical JSON does not know the order of keys, nor keys without a value', () => {
  expect(canonicalJson({ b: [1, undefined], a: { d: 'x', c: undefined } })).toBe(
    '{"a":{"d":"x"},"b":[1,null]}',
  );
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('a fingerprint tells kinds, contents and options apart', () => {
  const prints = [
    fingerprintOf('text', ['a'], {}),
    fingerprintOf('bytes', ['a'], {}),
    fingerprintOf('text', ['a', 'b'], {}),
    fingerprintOf('text', ['a'], { length: 1 }),
  ];
  expect(new Set(prints).size).toBe(4);
  expect(fingerprintOf('text', ['a'], { length: undefined })).toBe(prints[0]);
});
