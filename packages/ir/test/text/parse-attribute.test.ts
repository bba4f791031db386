import { describe, expect, it } from 'vitest';
import { parseModel } from '../../src/index.ts';
import { errorOf, reprintAttributes } from './support.ts';

describe('attributes whose kind is left out', () => {
  it.each([
    ['a = 1', 'a: int = 1'],
    ['a = - 1', 'a: int = -1'],
    ['a = 1.0', 'a: float = 1'],
    ['a = 1e3', 'a: float = 1000'],
    ['a = -inf', 'a: float = -inf'],
    ['a = NaN', 'a: float = nan'],
    ['a = "1"', 'a: string = "1"'],
    ['a = [1, -2]', 'a: ints = [1, -2]'],
    ['a = [1, 2.5, inf]', 'a: floats = [1, 2.5, inf]'],
    ['a = ["x", e"\\t"]', 'a: strings = ["x", "\t"]'],
    ['a = float[1] {1}', 'a: tensor = float[1] {1}'],
    ['a = float[1] t = {1}', 'a: tensor = float[1] t {1}'],
    ['a = [int8 {1}, bool {0}]', 'a: tensors = [int8 {1}, bool {0}]'],
    ['a = float[N]', 'a: type_proto = float[N]'],
    ['a = [float, seq(int64)]', 'a: type_protos = [float, seq(int64)]'],
    [
      'a = sparse [4] (float[1] {3}, int64[1] {2})',
      'a: sparse_tensor = sparse [4] (float[1] {3}, int64[1] {2})',
    ],
    [
      'a = [sparse [9007199254740993] (?, int64[1] {2})]',
      'a: sparse_tensors = [sparse [9007199254740993] (?, int64[1] {2})]',
    ],
    ['a = @alpha', 'a = @alpha'],
  ])('%s', (text, printed) => {
    expect(reprintAttributes(text)).toBe(`<${printed}> ()`);
  });

  it('are graphs where a name stands before a signature, whatever the name', () => {
    for (const name of ['body', 'inf', 'nan', 'sparse', 'true', '"a b"', '"float"']) {
      const [node] = parseModel(`g () => () { y = Op <a = ${name} () => () {}> () }`).graph.nodes();
      expect(node?.attributes.get('a')?.kind).toBe('graph');
    }
  });
});

describe('attributes of a kind', () => {
  it.each([
    ['a: float = 1', 'a: float = 1'],
    ['a: float = 16777217', 'a: float = 16777216'],
    ['a: float = 1e300', 'a: float = inf'],
    ['a: floats = [1, 2]', 'a: floats = [1, 2]'],
    ['a: ints = [,]', undefined],
    ['a: tensors = []', 'a: tensors = []'],
    ['a: sparse_tensors = []', 'a: sparse_tensors = []'],
    ['a: type_protos = []', 'a: type_protos = []'],
    ['a: undefined = {"type": 99, "f": "NaN"}', 'a: undefined = {"f":"NaN","type":99}'],
  ])('%s', (text, printed) => {
    if (printed === undefined) expect(errorOf(() => reprintAttributes(text)).code).toBe('text-syntax');
    else expect(reprintAttributes(text)).toBe(`<${printed}> ()`);
  });

  it('may be annotated', () => {
    const text =
      'a: int = 1 #@ attribute_doc_string: "x"\n, b: tensor = float {1}, #@ doc_string: "t"\nc = @d';
    expect(reprintAttributes(text)).toBe(
      '() <\n   a: int = 1, #@ attribute_doc_string: "x"\n   b: tensor = float {1}, #@ doc_string: "t"\n   c = @d\n>',
    );
  });

  it.each(['int = 1', 'float = 1', 'string = "s"', 'tensor = bool {1}', 'ints = [1]', 'floats = [1]'])(
    'keep the doc string of %s',
    (value) => {
      expect(reprintAttributes(`a: ${value} #@ attribute_doc_string: "d"\n`)).toBe(
        `() <\n   a: ${value} #@ attribute_doc_string: "d"\n>`,
      );
    },
  );
});

describe('texts that are no attributes', () => {
  it.each([
    ['a', "line 1, column 23: '=' is expected, not '>'"],
    ['a: number = 1', "line 1, column 25: the type of an attribute is expected, not 'number'"],
    ['a: "int" = 1', "line 1, column 25: the type of an attribute is expected, not 'int'"],
    ['1 = a', "line 1, column 22: the name of an attribute is expected, not '1'"],
    ['a = , b = 1', "the value of an attribute is expected, not ','"],
    ['a = @1', "the name of a parameter is expected, not '1'"],
    ['a: int = 1.5', 'a int is expected before this'],
    ['a: int = "1"', 'a int is expected before this'],
    ['a: float = "1"', 'a float is expected before this'],
    ['a: string = 1', 'a string is expected before this'],
    ['a: tensor = float[N]', 'a tensor is expected before this'],
    ['a: int = [1]', 'a list of int is expected before this'],
    ['a: graph = []', 'a list of graph is expected before this'],
    ['a: ints = 1', 'a ints is expected before this'],
    ['a: ints = [1, 2.5]', 'a list of ints is expected before this'],
    ['a: ints = ["1"]', 'a list of ints is expected before this'],
    ['a = [1, "2"]', 'a list of ints is expected before this'],
    ['a = []', 'an empty list needs the type of its attribute before this'],
    ['a = [[1]]', "the value of an attribute is expected, not '['"],
    ['a = 9223372036854775808', 'a number is expected, a whole one within 64 bits'],
    ['a = 1e', 'a number is expected, a whole one within 64 bits'],
    ['a = -x', 'a number is expected, a whole one within 64 bits'],
    ['a = body', "'(' is expected, not '>'"],
    ['a = sparse [4] (?)', 'values and indices are expected before this'],
    ['a = sparse [4] (?, ?, ?)', 'values and indices are expected before this'],
    ['a = sparse [N] (?, ?)', 'a whole number within 64 bits is expected'],
    ['a = sparse [4] (1, ?)', 'a tensor or ? is expected'],
    ['a = sparse [4] (float, ?)', 'a tensor is expected before this'],
    ['a = sparse [4] (float {}, ?)', 'the elements of a sparse tensor are expected before this'],
    ['a: undefined = 5', 'a message AttributeProto in the JSON form of protobuf is expected before this'],
    ['a = 1 #@ doc_string: 5', 'the end of the line is expected'],
  ])('%s', (text, message) => {
    const error = errorOf(() => reprintAttributes(text));
    expect([error.code, error.message]).toEqual(['text-syntax', expect.stringContaining(message)]);
  });

  it.each(['[', '{"g": ', '{"a": ['])('100,000 of %s in an unknown one, whatever the stack', (open) => {
    const error = errorOf(() => reprintAttributes(`a: undefined = ${open.repeat(100_000)}`));
    expect([error.code, error.message]).toEqual([
      'text-syntax',
      expect.stringContaining('200 levels of nesting'),
    ]);
  });
});
