import { describe, expect, it } from 'vitest';
import { parseModel, printModel } from '../../src/index.ts';
import { Lexer } from '../../src/text/lexer.ts';
import { tinyModel } from '../support/tiny-model.ts';
import { errorOf as thrownBy } from './support.ts';

const TEXT = printModel(tinyModel().model);

const errorOf = (text: string) => thrownBy(() => parseModel(text));

/** Kind and text of every token. */
function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  for (const lexer = new Lexer(text); lexer.kind !== 'end'; lexer.advance())
    tokens.push(`${lexer.kind} ${lexer.text}`);
  return tokens;
}

describe('tokens', () => {
  it.each([
    ['a_1 => =>= e "x"', ['name a_1', 'mark =>', 'mark =>', 'mark =', 'name e', 'string x']],
    ['1 -2.5e-3 - inf -nan 1.', ['number 1', 'number -2.5e-3', 'number -inf', 'number -nan', 'number 1.']],
    ['"\\n\\"\\\\" e"\\n\\u00e9"', ['string n"\\', 'string \né']],
    ['"two\nlines # no comment"', ['string two\nlines # no comment']],
    ['a # b "c\r\n\td #', ['name a', 'name d']],
    [
      'a#@ b: "\\n" # c\n#d',
      ['name a', 'note #@', 'name b', 'mark :', 'string \n', 'mark #', 'name c', 'end-of-note '],
    ],
    ['é', ['mark é']],
  ])('of %j', (text, tokens) => {
    expect(tokensOf(text)).toEqual(tokens);
  });

  it.each([
    ['"abc', 'line 1, column 1: the quotes are never closed'],
    ['\n  "abc\\"', 'line 2, column 3: the quotes are never closed'],
    ['a\r\n e"\\x"', 'line 2, column 2: a text with the escapes of JSON is expected'],
    ['-', 'line 1, column 1: a number is expected after -'],
  ])('%j has none', (text, message) => {
    expect(thrownBy(() => tokensOf(text)).message).toContain(message);
  });

  it('may be a million characters long, of which errors quote little', () => {
    const long = `"${'\\"'.repeat(1_000_000)}"`;
    expect(tokensOf(long)).toEqual([`string ${'"'.repeat(1_000_000)}`]);
    expect(tokensOf(' '.repeat(1_000_000))).toEqual([]);
    expect(errorOf(`g ${long}`).message).toMatch(/^line 1, column 3: '\(' is expected, not '"{40}…'$/);
  });
});

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
