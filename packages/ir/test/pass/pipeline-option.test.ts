import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOptionValue, readOption, writeOption } from '../../src/pass/pipeline-option.ts';
import { optionValue } from '../support/random-pipeline.ts';

test('reading undoes writing', () => {
  fc.assert(
    fc.property(optionValue, (value) => {
      expect(readOption(writeOption(value) ?? '')).toEqual(
        Array.isArray(value) ? JSON.parse(JSON.stringify(value)) : value,
      );
    }),
  );
});

test('text is written without quotes unless it would be read as something else', () => {
  expect(['a/b.json', '007', '', 'true', 'a b', 'null', '[', '🌲'].map(writeOption)).toEqual([
    'a/b.json',
    '"007"',
    '""',
    '"true"',
    '"a b"',
    '"null"',
    '"["',
    '🌲',
  ]);
  expect(['0x10', '-.5', '1e400', '"a"', '[]', 'x"'].map(readOption)).toEqual([
    16,
    -0.5,
    '1e400',
    'a',
    [],
    'x"',
  ]);
});

test('what is no JSON scalar or list is none', () => {
  expect(['"', '[', '[1,]', '[{}]', '"a"b'].map(readOption)).toEqual(Array(5).fill(undefined));
  let deep: unknown = 1;
  for (let depth = 0; depth < 100_000; depth++) deep = [deep];
  expect([deep, {}, undefined, Number.NaN, [() => 1]].map((value) => isOptionValue(value))).toEqual(
    Array(5).fill(false),
  );
  expect(writeOption(Number.POSITIVE_INFINITY)).toBeUndefined();
});
