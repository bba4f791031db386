import { describe, expect, it } from 'vitest';
import { parseModel, printModel, SenteiError } from '../../src/index.ts';
import { tinyModel } from '../support/tiny-model.ts';

const TEXT = printModel(tinyModel().model);

function errorOf(text: string): SenteiError {
  try {
    parseModel(text);
  } catch (error) {
    if (error instanceof SenteiError) return error;
    throw error;
  }
  throw new Error('nothing thrown');
}

describe('texts that break the syntax', () => {
  it('are refused at their line and column', () => {
    const error = errorOf(TEXT.replace('Add (x, w)', 'Add (x w)'));
    expect([error.code, error.message]).toEqual([
      'text-syntax',
      expect.stringMatching(/line 11, column 2\d/),
    ]);
  });

  it('are refused wherever they break off', () => {
    const body = TEXT.trimEnd();
    for (let length = 0; length < body.length; length++)
      expect(errorOf(body.slice(0, length)).code).toBe('text-syntax');
  });

  it.each([
    ['an unknown type', TEXT.replace('float[2] x', 'flaot[2] x')],
    ['a string without end', TEXT.replace('[add]', '["add]')],
    ['a list without end', TEXT.replace('{1, 2}', '{1, 2')],
    ['too many elements', TEXT.replace('{1, 2}', '{1, 2, 3}')],
    ['an element of another type', TEXT.replace('{1, 2}', '{1, "2"}')],
    ['an annotation without value', TEXT.replace('Relu (sum)', 'Relu (sum) #@ doc_string:')],
    ['100,000 brackets', TEXT.replace('float[2] x', `${'seq('.repeat(100_000)}float[2] x`)],
    [
      '100,000 subgraphs',
      TEXT.replace(
        'Relu (sum)',
        `If <a: graph = g () => () { ${'y = If <a: graph = g () => () { '.repeat(100_000)}`,
      ),
    ],
  ])('%s', (_, text) => {
    expect(errorOf(text).code).toMatch(/^(text-syntax|invalid-graph|unsupported-model)$/);
  });

  it('a tensor that claims to be huge takes no memory', () => {
    const error = errorOf(TEXT.replace('float[2] w = {1, 2}', 'float[4000000000,4000000000] w = {1, 2}'));
    expect(error.code).toMatch(/^(text-syntax|invalid-graph)$/);
  });
});
