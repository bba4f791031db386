import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseOptions } from '../src/parse-options.ts';

const schema = z.strictObject({ rounds: z.int().min(1).default(5) });

test('defaults are filled in', () => {
  expect(parseOptions(schema, {})).toEqual({ rounds: 5 });
  expect(parseOptions(schema, { rounds: 7 })).toEqual({ rounds: 7 });
});

test('a fault names its option, in one line', () => {
  const parse = (): unknown => parseOptions(schema, { rounds: 0, turns: 2 });
  expect(parse).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  expect(parse).toThrow(/^rounds: .*; .*turns.*$/);
});
