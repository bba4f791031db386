import { expect, it } from 'vitest';
import { Lexer } from '../../src/text/lexer.ts';
import { readItems } from '../../src/text/syntax.ts';
import { errorOf, refusal } from './support.ts';

function items(lexer: Lexer): string[] {
  return readItems(lexer, ')', ['a', 'b'], () => {
    const name = lexer.name();
    return (note) => [name, ...[...note].map(([key, value]) => `${key}=${value}`)].join(' ');
  });
}

it('items end at the closing mark, with or without a comma before it', () => {
  const lexer = new Lexer('x, y,) rest');
  expect(items(lexer)).toEqual(['x', 'y']);
  expect(lexer.text).toBe('rest');
  expect(items(new Lexer(')'))).toEqual([]);
});

it('an annotation belongs to the item before it, on either side of the comma', () => {
  const text = 'x #@ a: 1\n, #@ b: 2, a: 3\n y, #@ b: 4\n z #@ a: 5\n)';
  expect(items(new Lexer(text))).toEqual(['x a=3 b=2', 'y b=4', 'z a=5']);
});

it.each([
  ['', 'line 1, column 1: a name is expected, not the end of the text'],
  ['x', "line 1, column 2: ',' or ')' is expected, not the end of the text"],
  ['x y)', "line 1, column 3: ',' or ')' is expected, not 'y'"],
  [',)', "line 1, column 1: a name is expected, not ','"],
  ['x #@ c: 1\n)', "line 1, column 6: one of a, b is expected, not 'c'"],
  ['x, # )', 'line 1, column 7: a name is expected, not the end of the text'],
])('%s is refused', (text, message) => {
  expect(refusal(text, items)).toBe(`text-syntax: ${message}`);
});

it('a reader that stops midway leaves its error as it is', () => {
  const stop = errorOf(() => items(new Lexer('x, "never closed')));
  expect(stop.message).toContain('line 1, column 4: the quotes are never closed');
});
