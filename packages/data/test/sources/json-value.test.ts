import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fieldOf, jsonTensor, kindOf, parseObject, textOf } from '../../src/sources/json-value.ts';
import { hostTensor } from '../../src/tensors/host-tensor.ts';

const refused = (message: RegExp) =>
  expect.objectContaining({
    code: 'invalid-data',
    subject: 'x line 3',
    message: expect.stringMatching(message),
  });

test('a line is one object whose own fields are read', () => {
  expect(parseObject('{"a": 1}', 'x line 3')).toEqual({ a: 1 });
  expect(() => parseObject('{"a": 1', 'x line 3')).toThrow(refused(/is not JSON/));
  expect(() => parseObject('[1]', 'x line 3')).toThrow(refused(/is not a JSON object/));
  expect(fieldOf({ a: null }, 'a', 'x line 3')).toBeNull();
  expect(() => fieldOf({ a: 1 }, 'toString', 'x line 3')).toThrow(refused(/has no field 'toString'/));
  expect(textOf('hi', 'a', 'x line 3')).toBe('hi');
  expect(() => textOf(5, 'a', 'x line 3')).toThrow(refused(/field 'a' is a number, not a text/));
  expect([null, [], {}, true].map(kindOf)).toEqual(['null', 'a list', 'an object', 'a truth value']);
});

test('law: lists of equal lengths are a tensor of that shape', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      (a, b, c) => {
        let next = 0;
        const nested = Array.from({ length: a }, () =>
          Array.from({ length: b }, () => Array.from({ length: c }, () => next++)),
        );
        const tensor = jsonTensor(nested, 'int32', 'f', 'x line 3');
        expect(tensor).toEqual(
          hostTensor(
            'int32',
            [a, b, c],
            Int32Array.from({ length: next }, (_, index) => index),
          ),
        );
      },
    ),
  );
});

test('single values, truth values and texts are tensors too', () => {
  expect(jsonTensor(2, 'float32', 'f', 'x line 3')).toEqual(hostTensor('float32', [], Float32Array.of(2)));
  expect(jsonTensor([true, false], 'bool', 'f', 'x line 3').data).toEqual(Uint8Array.of(1, 0));
  expect(jsonTensor(['a', 'b'], 'string', 'f', 'x line 3').data).toEqual(['a', 'b']);
  expect(jsonTensor([], 'float32', 'f', 'x line 3').dims).toEqual([0]);
});

test('what is no tensor of the type is named', () => {
  expect(() => jsonTensor([[1], [1, 2]], 'int32', 'f', 'x line 3')).toThrow(
    refused(/different lengths at depth 2/),
  );
  expect(() => jsonTensor([1, [2]], 'int32', 'f', 'x line 3')).toThrow(refused(/a list where int32/));
  expect(() => jsonTensor(['1'], 'int32', 'f', 'x line 3')).toThrow(refused(/a text where int32/));
  expect(() => jsonTensor([null], 'float32', 'f', 'x line 3')).toThrow(refused(/null where float32/));
  expect(() => jsonTensor([1.5], 'int64', 'f', 'x line 3')).toThrow(refused(/1\.5 is no int64/));
  expect(() => jsonTensor(1, 'string', 'f', 'x line 3')).toThrow(refused(/no string/));
});
