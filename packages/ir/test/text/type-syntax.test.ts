import { describe, expect, it } from 'vitest';
import type { TypeProto } from '../../src/codec/messages.ts';
import { DATA_TYPES } from '../../src/graph/data-type.ts';
import { Lexer } from '../../src/text/lexer.ts';
import {
  atType,
  DEEPEST_NESTING,
  dataTypeCode,
  printDataType,
  printType,
  readDotted,
  readExtent,
  readInt64,
  readType,
} from '../../src/text/type-syntax.ts';
import { errorOf, refusal } from './support.ts';

const read = (text: string) => readType(new Lexer(text));

describe('types', () => {
  it.each([
    ['a scalar', 'float'],
    ['an unknown rank', 'int64[]'],
    ['numbers, symbols and unknown extents', 'float16[2,batch,?,0]'],
    ['a symbol that is an expression', 'double["2*n",-1]'],
    ['a symbol that is called like a type', 'float["int64"]'],
    ['extents of 64 bits', 'float[9007199254740993,9223372036854775807,-9223372036854775808]'],
    ['denotations', 'float[N@"DATA_BATCH",3,?@"a \\"b\\""]@"IMAGE"'],
    ['a sequence', 'seq(bfloat16[n])'],
    ['an optional sequence of maps', 'optional(seq(map(string, map(int64, float[])))@"x")'],
    ['a sparse tensor', 'sparse_tensor(float8e4m3fn[3,n])'],
    ['an opaque type', 'opaque(com.example, "odd name")'],
    ['an opaque type without domain', 'opaque(Handle)'],
    ['an opaque type without name', 'opaque(com.example, "")'],
    ['an opaque type without either', 'opaque()'],
    ['a type of a later version', 'data_type_99[2]'],
    ['a sequence of something', 'seq(unknown@"x")'],
  ])('%s: %s', (_, text) => {
    expect(printType(read(text))).toBe(text);
  });

  it('tell a rank of 0 from an unknown one', () => {
    expect(read('float')).toEqual({ tensorType: { elemType: 1, shape: { dim: [] } } });
    expect(read('float[]')).toEqual({ tensorType: { elemType: 1 } });
  });

  it('name every data type, and none twice', () => {
    const words = Object.values(DATA_TYPES).map(printDataType);
    expect(words.map(dataTypeCode)).toEqual(Object.values(DATA_TYPES));
    expect(new Set(words).size).toBe(words.length);
    expect(
      ['float32', 'Float', 'data_type_', 'data_type_-1', 'data_type_9999999999'].map(dataTypeCode),
    ).toEqual(new Array(5).fill(undefined));
  });

  it('begin with a word of their own, which in quotes is a name', () => {
    const texts = ['float', 'seq(', 'unknown', 'x', '"float"', '1', ''];
    expect(texts.filter((text) => atType(new Lexer(text)))).toEqual(['float', 'seq(', 'unknown']);
  });
});

describe('texts that are no types', () => {
  it.each([
    ['', 'line 1, column 1: a type is expected, not the end of the text'],
    ['tensor(float)', "line 1, column 1: a type is expected, not 'tensor'"],
    ['seq float', "line 1, column 5: '(' is expected, not 'float'"],
    ['seq()', "line 1, column 5: a type is expected, not ')'"],
    ['map(float)', "line 1, column 10: ',' is expected, not ')'"],
    ['map(seq(float), float)', "line 1, column 5: the name of a data type is expected, not 'seq'"],
    ['sparse_tensor(seq(float))', "line 1, column 15: the name of a data type is expected, not 'seq'"],
    ['float[2,\n ]', "line 2, column 2: a dimension is expected, not ']'"],
    ['float[2 3]', "line 1, column 9: ']' is expected, not '3'"],
    ['float[1.5]', "line 1, column 7: a whole number within 64 bits is expected, not '1.5'"],
    [
      'float[9223372036854775808]',
      "line 1, column 7: a whole number within 64 bits is expected, not '9223372036854775808'",
    ],
    ['float@IMAGE', "line 1, column 7: a denotation in quotes is expected, not 'IMAGE'"],
  ])('%s', (text, message) => {
    expect(refusal(text, readType)).toBe(`text-syntax: ${message}`);
  });
});

describe('nesting', () => {
  it('is read and printed down to one depth', () => {
    const deep = `${'seq('.repeat(DEEPEST_NESTING)}float${')'.repeat(DEEPEST_NESTING)}`;
    expect(printType(read(deep))).toBe(deep);
    expect(errorOf(() => read(`seq(${deep})`)).code).toBe('text-syntax');
    const deeper: TypeProto = { sequenceType: { elemType: read(deep) } };
    expect(errorOf(() => printType(deeper)).code).toBe('unsupported-model');
  });

  it.each(['seq(', 'optional(', 'map(int64, '])('of 100,000 %s is refused, whatever the stack', (open) => {
    expect(errorOf(() => read(open.repeat(100_000))).message).toContain('at most 64 nested types');
  });

  it('of a type made in memory is refused too', () => {
    let type: TypeProto = {};
    for (let depth = 0; depth < 100_000; depth++) type = { optionalType: { elemType: type } };
    expect(errorOf(() => printType(type)).code).toBe('unsupported-model');
  });
});

it('extents are numbers wherever these are exact', () => {
  expect(readExtent(new Lexer('9007199254740991'))).toBe(2 ** 53 - 1);
  expect(`${readExtent(new Lexer('9007199254740993'))}`).toBe('9007199254740993');
  expect(readInt64(new Lexer('-9223372036854775808'))).toBe(-(2n ** 63n));
  expect(['"1"', '1e3', '-inf'].map((text) => errorOf(() => readInt64(new Lexer(text))).code)).toEqual(
    new Array(3).fill('text-syntax'),
  );
});

it('dotted names may be quoted in part', () => {
  expect(readDotted(new Lexer('a."b c".d'))).toBe('a.b c.d');
});
