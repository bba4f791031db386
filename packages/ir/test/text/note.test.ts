import { describe, expect, it } from 'vitest';
import { Lexer } from '../../src/text/lexer.ts';
import {
  messageFromJson,
  messagesIn,
  messageToJson,
  noteMessages,
  noteProperties,
  noteText,
  printNote,
  propertiesIn,
  readNote,
  textIn,
} from '../../src/text/note.ts';
import { errorOf, refusal } from './support.ts';

const KEYS = ['doc_string', 'metadata_props', 'quantization_annotation'];
const read = (text: string) => readNote(new Lexer(text), KEYS);
/** A value behind a key is one in an annotation, where the escapes are those of JSON. */
const value = (text: string) => read(`#@ doc_string: ${text}`).get('doc_string');

describe('annotations', () => {
  it('stay on one line, whatever they say', () => {
    const doc = 'two\nlines # "quoted" \\ \u2028 \udc80 🌲';
    const properties = new Map([
      ['a\n', ''],
      ['', '}'],
    ]);
    const note = printNote({ doc_string: noteText(doc), metadata_props: noteProperties(properties) });
    expect(note).not.toContain('\n');
    expect(note.endsWith(', metadata_props: ["a\\n": "", "": "}"]')).toBe(true);
    const lexer = new Lexer(`${note}\nnext`);
    const again = readNote(lexer, KEYS);
    expect(textIn(again, 'doc_string', lexer)).toBe(doc);
    expect(propertiesIn(again, lexer)).toEqual([
      { key: 'a\n', value: '' },
      { key: '', value: '}' },
    ]);
    expect(lexer.text).toBe('next');
  });

  it('are left out where they say nothing, and where metadata is not wanted', () => {
    expect([
      noteText(''),
      noteText(undefined),
      noteProperties(new Map()),
      noteMessages([], 'TensorAnnotation'),
    ]).toEqual(new Array(4).fill(undefined));
    expect(printNote({ doc_string: undefined })).toBe('');
    expect(printNote({ doc_string: '"x"', digest: '"y"' }, false)).toBe(' #@ digest: "y"');
  });

  it('may stand on several lines, and what is said last counts', () => {
    const note = read('#@ doc_string: "a", metadata_props: []\n\n  #@ doc_string: "b"\n');
    expect([...note]).toEqual([
      ['doc_string', 'b'],
      ['metadata_props', []],
    ]);
    expect(read('x').size).toBe(0);
  });

  it.each([
    [
      '#@ digest: "x"',
      "line 1, column 4: one of doc_string, metadata_props, quantization_annotation is expected, not 'digest'",
    ],
    ['#@ "doc_string": "x"', "line 1, column 4: a key is expected, not 'doc_string'"],
    ['#@ doc_string "x"', "line 1, column 15: ':' is expected, not 'x'"],
    ['#@ doc_string:\n"x"', "line 1, column 15: a value is expected, not '\\n'"],
    ['#@ doc_string: "a\nb"', "line 1, column 16: a text with the escapes of JSON is expected, not '\"'"],
    ['#@ doc_string: "a" "b"', "line 1, column 20: the end of the line is expected, not 'b'"],
    ['#@ doc_string: [1 2]', "line 1, column 19: ',' is expected, not '2'"],
    ['#@ doc_string: {a: 1}', "line 1, column 17: a key in quotes is expected, not 'a'"],
    ['#@ doc_string: constructor', "line 1, column 16: a value is expected, not 'constructor'"],
    ['#@ doc_string: toString', "line 1, column 16: a value is expected, not 'toString'"],
  ])('%s is refused', (text, message) => {
    expect(refusal(text, (lexer) => readNote(lexer, KEYS))).toBe(`text-syntax: ${message}`);
  });

  it.each(['[', '{"a": ', '["a": ['])('100,000 of %s are refused, whatever the stack', (open) => {
    expect(errorOf(() => read(`#@ doc_string: ${open.repeat(100_000)}`)).message).toContain(
      '200 levels of nesting',
    );
  });

  it('of another type than their key are refused', () => {
    const lexer = new Lexer('');
    const codes = [
      () => textIn(read('#@ doc_string: 1'), 'doc_string', lexer),
      () => propertiesIn(read('#@ metadata_props: "a"'), lexer),
      () => propertiesIn(read('#@ metadata_props: ["a"]'), lexer),
      () => propertiesIn(read('#@ metadata_props: ["a": 1]'), lexer),
      () =>
        messagesIn(
          read('#@ quantization_annotation: {}'),
          'quantization_annotation',
          'TensorAnnotation',
          lexer,
        ),
    ].map((action) => errorOf(action).code);
    expect(codes).toEqual(new Array(5).fill('text-syntax'));
  });
});

describe('values', () => {
  it('are those of JSON, and pairs in lists', () => {
    expect(value('{"a": [1, -2.5, true, false, null, "\\u0041"], "b": {}}')).toEqual({
      a: [1, -2.5, true, false, null, 'A'],
      b: {},
    });
    expect(value('["a": 1, "b"]')).toEqual([{ key: 'a', value: 1 }, 'b']);
  });

  it('have no way to a prototype', () => {
    const object = value('{"__proto__": {"polluted": true}}');
    expect(Object.keys(object ?? {})).toEqual(['__proto__']);
    expect('polluted' in {}).toBe(false);
    expect('polluted' in Object(object)).toBe(false);
  });
});

describe('messages', () => {
  const annotation = { tensorName: 'x', quantParameterTensorNames: [{ key: 'SCALE_TENSOR', value: 's' }] };

  it('come back from the JSON form of protobuf', () => {
    const message = messageFromJson(annotation, 'TensorAnnotation', new Lexer(''));
    const text = noteMessages([message], 'TensorAnnotation');
    expect(text).toBe(
      '[{"tensorName":"x","quantParameterTensorNames":[{"key":"SCALE_TENSOR","value":"s"}]}]',
    );
    const lexer = new Lexer('');
    const note = read(`#@ quantization_annotation: ${text}`);
    const [again] = messagesIn(note, 'quantization_annotation', 'TensorAnnotation', lexer) ?? [];
    expect(messageToJson(again ?? {}, 'TensorAnnotation')).toEqual(annotation);
    expect(messagesIn(read(''), 'quantization_annotation', 'TensorAnnotation', lexer)).toBeUndefined();
  });

  it('keep integers of 64 bits and bytes that are no text', () => {
    const json = { name: 'a', type: 'INT', i: '9007199254740993', s: '/4A=' };
    const message = messageFromJson(json, 'AttributeProto', new Lexer(''));
    expect(`${message.i}`).toBe('9007199254740993');
    expect([...(message.s ?? [])]).toEqual([0xff, 0x80]);
  });

  it.each([
    ['a text', 'x'],
    ['a list', []],
    ['nothing', null],
    ['a message that is a number', { g: 5 }],
    ['a list that is none', { ints: 'x' }],
  ])('%s is none', (_, json) => {
    const { code, message } = errorOf(() => messageFromJson(json, 'AttributeProto', new Lexer('')));
    expect([code, message]).toEqual([
      'text-syntax',
      expect.stringContaining('a message AttributeProto in the JSON form'),
    ]);
  });
});
