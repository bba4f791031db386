import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseModel, printGraph, printModel, Tensor } from '../../src/index.ts';
import { Lexer } from '../../src/text/lexer.ts';
import { type ParseOptions, PRINT_DEFAULTS } from '../../src/text/options.ts';
import { digestOf, printPairs, printTensor, readPairs } from '../../src/text/tensor-syntax.ts';
import { errorOf, refusal } from './support.ts';

const graphOf = (constants: string) => `g () => ()\n<\n   ${constants}\n>\n{\n}\n`;

function tensorOf(constant: string, options: ParseOptions = {}): Tensor {
  const [value] = parseModel(graphOf(constant), options).graph.initializers;
  if (value?.tensor === undefined) throw new Error('no tensor');
  return value.tensor;
}

const printed = (tensor: Tensor, options = {}) =>
  printTensor(tensor, { ...PRINT_DEFAULTS, ...options }, { name: 'w', assigned: true });

describe('tensors that come back as the same text and bytes', () => {
  it.each([
    ['float[3] w = {inf, -inf, nan}', '0000807f000080ff0000c07f'],
    ['float[2] w = {-0.0, 1.4013e-45}', '0000008001000000'],
    ['float w = {1.5}', '0000c03f'],
    ['double w = {0.1}', '9a9999999999b93f'],
    ['int64[2] w = {9007199254740993, -9223372036854775808}', '01000000000020000000000000000080'],
    ['uint64 w = {18446744073709551615}', 'ffffffffffffffff'],
    ['bool[2] w = {1, 0}', '0100'],
    ['float16[2] w = {15360, 31744}', '003c007c'],
    ['bfloat16 w = {16256}', '803f'],
    ['float8e4m3fn[2] w = {56, 127}', '387f'],
    ['int4[3] w = {-8, 7, -1}', '780f'],
    ['complex64 w = {1, -0.0}', '0000803f00000080'],
    ['int32[0,4] w = {}', ''],
    ['float[2] w = {} #@ raw_data: "AQCAfwAAgL8="', '0100807f000080bf'],
    ['uint4[1] w = {} #@ raw_data: "8Q=="', 'f1'],
  ])('%s', (constant, hex) => {
    const model = parseModel(graphOf(constant));
    const [value] = model.graph.initializers;
    expect(Buffer.from(value?.tensor?.bytes() ?? []).toString('hex')).toBe(hex);
    expect(printGraph(model.graph)).toBe(graphOf(constant));
  });

  it('of texts, quoted, escaped and beyond UTF-8', () => {
    const constant =
      'string[2,3] w = {"", "a \\"b\\" \\\\", "two\nlines", "größe 🌲", e"\\u0000\\r", e"\\udcff\\udc80"}';
    const tensor = tensorOf(constant);
    expect(tensor.strings()).toEqual(['', 'a "b" \\', 'two\nlines', 'größe 🌲', '\0\r', '\ufffd\ufffd']);
    expect(printed(tensor).text).toBe(constant);
  });

  it('with what else the file says of them', () => {
    const constant = 'int64 w = {1} #@ doc_string: "two\\nlines", metadata_props: ["a": "1"]';
    expect(printGraph(parseModel(graphOf(constant)).graph)).toBe(graphOf(constant));
    expect([...tensorOf(constant).metadataProps]).toEqual([['a', '1']]);
  });
});

describe('texts that are no tensors', () => {
  it.each([
    ['float[2] w = 1', "line 3, column 17: the elements of a tensor, in '{' and '}', are expected, not '1'"],
    ['float[2] w = {1, }', '2 numbers are expected, not 1'],
    ['float[2] w = {1 2}', "line 3, column 20: ',' is expected, not '2'"],
    ['float w = {"inf"}', "line 3, column 15: a number is expected, not 'inf'"],
    ['float w = {infinite}', "'infinite' is no number"],
    ['int8 w = {128}', "'128' is no whole number from -128 to 127"],
    ['uint8 w = {-1}', "'-1' is no whole number from 0 to 255"],
    ['int64 w = {9223372036854775808}', 'is no whole number from -9223372036854775808'],
    ['int32 w = {1.5}', "'1.5' is no whole number"],
    ['int32 w = {nan}', "'nan' is no whole number"],
    ['string w = {a}', "a text in quotes is expected, not 'a'"],
    ['string[2] w = {"a"}', '2 texts are expected before this'],
    ['float[N] w = {1}', 'extents in numbers are expected before this'],
    ['float[] w = {1}', 'the type of a tensor with its shape is expected before this'],
    ['seq(float) w = {1}', 'the type of a tensor with its shape is expected before this'],
    ['w = {1}', 'the type of a tensor with its shape is expected before this'],
    ['data_type_99[1] w = {1}', 'a tensor of a known data type is expected before this'],
    ['float[1] w = ..', "line 4, column 1: '.' is expected, not '>'"],
    ['float w = {} #@ raw_data: 5', 'a text for raw_data is expected before this'],
  ])('%s', (constant, message) => {
    const error = errorOf(() => parseModel(graphOf(constant)));
    expect([error.code, error.message]).toEqual(['text-syntax', expect.stringContaining(message)]);
  });

  it.each([
    ['more elements than memory', 'float[4000000000000] w = {1}', 'text-syntax'],
    ['more texts than memory', 'string[4000000000000] w = {"a"}', 'text-syntax'],
    ['more elements than numbers count', 'float[9007199254740993] w = {}', 'invalid-graph'],
    ['more elements than numbers count, in all', 'int4[4294967296,4294967296] w = {}', 'invalid-graph'],
    ['fewer elements than none', 'float[-1] w = {1}', 'text-syntax'],
    ['fewer elements than none, twice', 'float[-1,-1] w = {1}', 'invalid-graph'],
    ['bytes that do not fill the shape', 'float[4000000000] w = {} #@ raw_data: "AAAA"', 'invalid-graph'],
    ['bytes of texts', 'string w = {} #@ raw_data: "AAAA"', 'invalid-graph'],
  ])('%s', (_, constant, code) => {
    expect(errorOf(() => parseModel(graphOf(constant))).code).toBe(code);
  });
});

describe('weights that a text leaves out', () => {
  const elided = 'float[1000,1000,1000] w = {} #@ digest: "0123456789abcdef"';

  it('take no memory, and say which they are when they are asked for', () => {
    const tensor = tensorOf(elided);
    expect(printed(tensor)).toEqual({
      text: 'float[1000,1000,1000] w = {}',
      note: expect.objectContaining({ digest: '"0123456789abcdef"' }),
    });
    const { code, subject } = errorOf(() => tensor.bytes());
    expect([code, subject]).toEqual(['weights-elided', 'w']);
  });

  it('may be written as the ONNX printer does', () => {
    expect(errorOf(() => tensorOf('float[2] w = ...').bytes()).code).toBe('weights-elided');
  });

  it('are asked for by name, type and shape', () => {
    const asked: unknown[] = [];
    const text = `g () => () < int64[2] w = {}, float v = {1} > {
      y = Op <value: tensor = float[3] t {}, list = [float {}, int8[1] {}]> ()
      [named] = Op <value = bool {}> ()
    }`;
    parseModel(text, {
      weights: (...question) => {
        asked.push(question);
        return undefined;
      },
    });
    expect(asked).toEqual([
      ['w', 'int64', [2]],
      ['y.value', 'float32', [3]],
      ['y.list', 'float32', []],
      ['y.list', 'int8', [1]],
      ['named.value', 'bool', []],
    ]);
  });

  it('are filled in, metadata of the text kept', () => {
    const constant = 'float[2] w = {} #@ metadata_props: ["a": "1"]';
    const given = Tensor.floats([3, 4]);
    expect(tensorOf('float[2] w = {}', { weights: () => given })).toBe(given);
    const tensor = tensorOf(constant, { weights: () => given });
    expect([[...tensor.numbers()], [...tensor.metadataProps]]).toEqual([[3, 4], [['a', '1']]]);
  });

  it.each([
    ['type', Tensor.int64([1, 2])],
    ['shape', Tensor.floats([1, 2], [2, 1])],
  ])('are refused with another %s', (_, tensor) => {
    const error = errorOf(() => tensorOf('float[2] w = {}', { weights: () => tensor }));
    expect([error.code, error.subject]).toEqual(['invalid-data', 'w']);
  });
});

describe('external data', () => {
  const constant = 'float[2] w = ["location": "a b.bin", "offset": "4", "length": "8"]';

  it('stands as it stood, unread, where there is no folder', () => {
    const model = parseModel(graphOf(constant));
    expect(printGraph(model.graph)).toBe(graphOf(constant));
    expect(errorOf(() => tensorOf(constant).bytes()).code).toBe('weights-elided');
    const filled = tensorOf(constant, { weights: () => Tensor.floats([1, 2]) });
    expect([...filled.numbers()]).toEqual([1, 2]);
  });

  it('is read from the folder when it is asked for', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sentei-text-'));
    try {
      const model = parseModel(graphOf(constant), { folder });
      expect(model.folder).toBe(folder);
      const [value] = model.graph.initializers;
      expect(printModel(model)).toContain(constant);
      expect(errorOf(() => value?.tensor?.bytes()).code).toBe('external-data');
      writeFileSync(join(folder, 'a b.bin'), new Uint8Array(Float32Array.of(0, 5, 6).buffer));
      expect([...(value?.tensor?.numbers() ?? [])]).toEqual([5, 6]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each(['../secret.bin', '/etc/hostname', ''])('does not leave the folder for %j', (location) => {
    const text = graphOf(`float[2] w = ["location": "${location}"]`);
    expect(errorOf(() => parseModel(text, { folder: tmpdir() })).code).toBe('external-data');
  });
});

describe('what is printed of a tensor', () => {
  it('is its numbers up to inlineElements, its digest up to digestBytes', () => {
    const tensor = Tensor.floats([1, 2, 3]);
    const digest = digestOf(tensor.bytes());
    expect(digest).toBe('8e628779e6a74ee0');
    expect(printed(tensor, { inlineElements: 3 }).text).toBe('float[3] w = {1, 2, 3}');
    expect(printed(tensor, { inlineElements: 2, digestBytes: 12 }).note.digest).toBe(`"${digest}"`);
    expect(printed(tensor, { inlineElements: 2, digestBytes: 11 }).note.digest).toBeUndefined();
  });

  it('never needs the numbers that it leaves out', () => {
    const tensor = Tensor.lazy('float32', [1000], () => {
      throw new Error('read');
    });
    expect(printed(tensor, { digestBytes: 0 }).text).toBe('float[1000] w = {}');
  });
});

it('pairs come back, and are refused where they break off', () => {
  const pairs = new Map([
    ['location', 'a\\"b'],
    ['', ''],
  ]);
  expect(readPairs(new Lexer(printPairs(pairs)))).toEqual([
    { key: 'location', value: 'a\\"b' },
    { key: '', value: '' },
  ]);
  expect(readPairs(new Lexer('[]'))).toEqual([]);
  expect(
    ['[', '["a"]', '["a": b]', '["a": "b",]', '["a": "b"'].map((text) => refusal(text, readPairs)),
  ).toEqual(new Array(5).fill(expect.stringContaining('text-syntax: line 1, column ')));
});
