import { describe, expect, it } from 'vitest';
import { parseModel, printGraph } from '../../src/index.ts';
import { Lexer } from '../../src/text/lexer.ts';
import { readNames } from '../../src/text/parse-graph.ts';
import { errorOf } from './support.ts';

const reprint = (text: string) => printGraph(parseModel(text).graph).trimEnd();
const lines = (...text: string[]) => text.join('\n');

describe('graphs', () => {
  it.each([
    ['nothing', lines('g () => ()', '{', '}')],
    [
      'odd names',
      lines(
        '"größe 🌲" (float "float", int64 "a\nb", "") => ("nan")',
        '{',
        '   ["[x]"] "0", "" = Op ("", "say \\"a\\"", "")',
        '   = Sink ("0")',
        '   "nan" = "odd dom.ain"."odd op":"v 2" ()',
        '   y = com.example.Op:v2 ()',
        '}',
      ),
    ],
    [
      'annotations',
      lines(
        'g (',
        '   float x, #@ doc_string: "in"',
        '   y',
        ') => (',
        '   float[2] z #@ metadata_props: ["k": "v"]',
        ') #@ doc_string: "graph", metadata_props: ["k": "v"]',
        '<',
        '   bool w = {1}, #@ doc_string: "tensor"',
        '   sparse [4] (float[1] s {3}, int64[1] {2}),',
        '   sparse [4] (?, ?),',
        '   float[n] z, #@ doc_string: "value"',
        '   int64 t #@ metadata_props: ["": ""]',
        '>',
        '{',
        '   z = Op (x) #@ doc_string: "node", metadata_props: ["k": "v"]',
        '   t = Op <a: int = 1> (y)',
        '}',
      ),
    ],
    [
      'names given twice, for the verifier to report',
      lines(
        'g (x, x) => (x, x)',
        '<',
        '   bool x = {0},',
        '   bool x = {1}',
        '>',
        '{',
        '   x = A ()',
        '   x = B ()',
        '}',
      ),
    ],
  ])('of %s come back as they were', (_, text) => {
    expect(reprint(text)).toBe(text);
  });

  it('may be written in other ways than they are printed', () => {
    const text = `g(x,y,)=>(z,)# a comment "
      <float z,bool w={1},sparse [1] (?,?,),>
      {[]z=Op<>(x,,y,)<a=1,> =Op() }`;
    expect(reprint(text)).toBe(
      lines(
        'g (x, y) => (float z)',
        '<',
        '   bool w = {1},',
        '   sparse [1] (?, ?),',
        '   float z',
        '>',
        '{',
        '   z = Op <a: int = 1> (x, "", y)',
        '   = Op ()',
        '}',
      ),
    );
  });

  it('give an input a value where it stands', () => {
    expect(reprint('g (float[2] x = {1, 2}, bool y = {0}) => () {}')).toBe(
      lines('g (float[2] x, bool y) => ()', '<', '   float[2] x = {1, 2},', '   bool y = {0}', '>', '{', '}'),
    );
  });

  it('tell values called sparse from sparse tensors', () => {
    expect(reprint('g () => () <sparse, float sparse = {1}> {}')).toContain('float "sparse" = {1}');
  });
});

describe('texts that are no graphs', () => {
  it.each([
    ['g', "line 1, column 2: '(' is expected, not the end of the text"],
    ['g (x) (y) {}', "line 1, column 7: '=>' is expected, not '('"],
    ['g (float) => () {}', "line 1, column 9: a name is expected, not ')'"],
    ['g (,) => () {}', "line 1, column 4: a name is expected, not ','"],
    ['g () => ()', "line 1, column 11: '{' is expected, not the end of the text"],
    ['g () => () <float x = > {}', "the elements of a tensor, in '{' and '}', are expected, not '>'"],
    ['g () => () <sparse [1] (?)> {}', "values and indices are expected before this, not '>'"],
    ['g () => () { y }', "line 1, column 16: '=' is expected, not '}'"],
    ['g () => () { y = }', "line 1, column 18: an operator is expected, not '}'"],
    ['g () => () { y = a. () }', "line 1, column 21: an operator is expected, not '('"],
    ['g () => () { y = A: () }', "line 1, column 21: an overload is expected, not '('"],
    ['g () => () { y = A\n }', "line 2, column 2: '(' is expected, not '}'"],
    ['g () => () { y = A (x }', "line 1, column 23: ')' is expected, not '}'"],
    ['g () => () { y = A (1) }', "line 1, column 21: a name is expected, not '1'"],
    ['g () => () { [x y = A () }', "line 1, column 17: ']' is expected, not 'y'"],
    ['g () => () { y = A <a = 1> () <b = 2> }', "line 1, column 31: a name is expected, not '<'"],
    ['g () => () { y = A () #@ digest: "x"\n }', 'one of doc_string, metadata_props, device_configurations'],
    ['g () => () {} }', "line 1, column 15: the name of a function is expected, not '}'"],
  ])('%s', (text, message) => {
    const error = errorOf(() => parseModel(text));
    expect([error.code, error.message]).toEqual(['text-syntax', expect.stringContaining(message)]);
  });

  it('100,000 graphs in one another, whatever the stack', () => {
    const error = errorOf(() => parseModel(`g () => () { ${'y = If <b = g () => () { '.repeat(100_000)}`));
    expect([error.code, error.message]).toEqual([
      'text-syntax',
      expect.stringContaining('at most 64 nested graphs'),
    ]);
  });
});

it('nothing before a comma is an empty name, nothing after the last one is none', () => {
  expect(readNames(new Lexer(', a, , b,)'), ')')).toEqual(['', 'a', '', 'b']);
  expect(readNames(new Lexer(')'), ')')).toEqual([]);
});
