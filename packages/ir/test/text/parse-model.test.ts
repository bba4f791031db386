import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../src/codec/wire.ts';
import { parseModel, printModel, readModelBytes, verify, writeModelBytes } from '../../src/index.ts';
import { modelMessage } from '../../src/testing/models/messages.ts';
import { structureOf } from './structure.ts';
import { errorOf } from './support.ts';

describe('parseModel', () => {
  it('reads back what printModel writes: the same structure and the same text', () => {
    fc.assert(
      fc.property(modelMessage, (message) => {
        const model = readModelBytes(encodeModel(message));
        const text = printModel(model);
        const again = parseModel(text);
        expect(structureOf(again)).toEqual(structureOf(model));
        expect(printModel(again)).toBe(text);
        expect(verify(again)).toEqual(verify(model));
      }),
      { numRuns: 100 },
    );
  });

  it('reads every field of a model and of its functions', () => {
    const text = `<
   ir_version: 10,
   opset_import: ["" : 20, "com.example" : 9007199254740991],
   producer_name: "a \\"b\\"",
   producer_version: e"\\u0000",
   domain: "org.example",
   model_version: 9223372036854775807,
   doc_string: "two
lines",
   metadata_props: ["k": "v", "": "größe"]
>
g () => ()
{
}

<
   domain: "com.example",
   opset_import: ["" : 20],
   doc_string: "doc"
>
f <alpha, "odd name", beta: float = 0.5, list: ints = []> (x, "odd input") => (y) #@ metadata_props: ["k": "v"]
<
   float[n] x, #@ doc_string: "described"
   int64 h
>
{
   h = A <value: float = @beta> (x)
   y = If (h) <
      then_branch: graph = b () => (z)
      {
         z = B ("odd input", h)
      }
   >
}

<
   domain: "com.example",
   overload: "v 2",
   opset_import: []
>
"odd f" () => ()
{
}
`;
    const model = parseModel(text);
    expect(printModel(model)).toBe(text);
    expect(printModel(readModelBytes(writeModelBytes(model)))).toBe(text);
    const [first, second] = model.functions;
    expect(first?.attributeNames).toEqual(['alpha', 'odd name']);
    expect([...(first?.attributeDefaults.keys() ?? [])]).toEqual(['beta', 'list']);
    expect([second?.domain, second?.name, second?.overload]).toEqual(['com.example', 'odd f', 'v 2']);
  });

  it('takes types in the signature of a function for descriptions', () => {
    const { functions } = parseModel('g () => () {} f (float[n] x, y) => (int64 z) { z = A (x, y) }');
    expect(functions[0]?.graph.valueInfoOrder.map(({ name }) => name)).toEqual(['x', 'z']);
  });

  it('takes a text without a header for a model without opset imports', () => {
    const model = parseModel('g () => () {}');
    expect([model.irVersion, [...model.opsetImports]]).toEqual([10, []]);
  });

  it('spells the standard domain one way', () => {
    expect([...parseModel('< opset_import: ["ai.onnx": 20] > g () => () {}').opsetImports]).toEqual([
      ['', 20],
    ]);
  });
});

describe('headers that are refused', () => {
  it.each([
    ['ir_version: 0', 'unsupported-ir-version', 'IR version 0 is out of range'],
    ['ir_version: 1e9', 'unsupported-ir-version', 'is out of range'],
    ['ir_version: 9007199254740993', 'text-syntax', 'a whole number is expected'],
    ['ir_version: "10"', 'text-syntax', "line 1, column 15: a whole number is expected, not '10'"],
    ['opset_import: ["": 99999]', 'unsupported-opset', 'opset 99999 is out of range'],
    ['opset_import: {}', 'text-syntax', "line 1, column 17: '[' is expected, not '{'"],
    ['opset_import: [a: 1]', 'text-syntax', "line 1, column 18: a text in quotes is expected, not 'a'"],
    ['model_version: "5"', 'text-syntax', 'a whole number within 64 bits is expected'],
    ['model_version: 9223372036854775808', 'text-syntax', 'a whole number within 64 bits is expected'],
    ['producer_name: 5', 'text-syntax', "line 1, column 18: a text in quotes is expected, not '5'"],
    ['metadata_props: ["a"]', 'text-syntax', "line 1, column 23: ':' is expected, not ']'"],
    ['constructor: 5', 'text-syntax', 'a field of a model is expected before this, not constructor'],
    ['ir_version 10', 'text-syntax', "line 1, column 14: ':' is expected, not '10'"],
  ])('%s', (field, code, message) => {
    const error = errorOf(() => parseModel(`< ${field} > g () => () {}`));
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(message)]);
  });

  it.each([
    ['< name: "f" > f () => () {}', 'a field of a function is expected before this, not name'],
    ['f <a: int> () => () {}', "'=' is expected, not '>'"],
    ['f <1> () => () {}', "a parameter is expected, not '1'"],
    ['f () () {}', "'=>' is expected, not '('"],
    ['f () => ()', "'{' is expected, not the end of the text"],
    ['f () => () #@ doc_string: "x"\n {}', "one of metadata_props is expected, not 'doc_string'"],
  ])('of the function %s', (text, message) => {
    const error = errorOf(() => parseModel(`g () => () {} ${text}`));
    expect([error.code, error.message]).toEqual(['text-syntax', expect.stringContaining(message)]);
  });
});
