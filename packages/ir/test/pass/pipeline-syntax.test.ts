import { expect, test } from 'vitest';
import { syntaxError } from '../../src/pass/pipeline-syntax.ts';

test('the error says what is wrong and shows a pipeline', () => {
  const error = syntaxError("a '{' is not closed");
  expect([error.code, error.message]).toEqual([
    'pipeline-syntax',
    "the pipeline cannot be read: a '{' is not closed",
  ]);
  expect(error.hint).toContain('cleanup, acp{');
});
