import { expect, test } from 'vitest';
import { type FieldInput, fieldTensor } from '../../src/sources/field-input.ts';
import { type HostTensor, hostTensor } from '../../src/tensors/host-tensor.ts';

const floats = (...values: number[]) => hostTensor('float32', [values.length], Float32Array.from(values));
const make = (found: HostTensor, input: Partial<FieldInput>) =>
  fieldTensor(found, { name: 'x', type: 'float32', ...input }, 'field', 'row');
const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'invalid-data', subject: 'row', message: expect.stringMatching(message) });

test('a field is converted, shaped and scaled where the card says so', () => {
  expect(make(floats(1, 2), {})).toEqual(floats(1, 2));
  const bytes = hostTensor('uint8', [4], Uint8Array.of(0, 51, 102, 255));
  expect(make(bytes, { convert: true, shape: [1, 2, 2], scale: 1 / 255 })).toEqual(
    hostTensor('float32', [1, 2, 2], Float32Array.of(0, 0.2, 0.4, 1)),
  );
  expect(make(hostTensor('int64', [1], BigInt64Array.of(7n)), { type: 'int32', convert: true }).data).toEqual(
    Int32Array.of(7),
  );
});

test('another type, another number of elements and elements that do not fit are named', () => {
  expect(() => make(hostTensor('int64', [1], BigInt64Array.of(7n)), {})).toThrow(
    refused(/field 'field' is int64, input 'x' takes float32/),
  );
  expect(() => make(floats(1, 2), { shape: [3] })).toThrow(refused(/does not fill \[3\]/));
  expect(() => make(floats(1, 0.5), { type: 'int8', convert: true })).toThrow(
    refused(/element 1: 0\.5 is no int8/),
  );
  expect(() => make(hostTensor('string', [1], ['a']), { convert: true })).toThrow(
    refused(/cannot become float32/),
  );
  expect(() => make(hostTensor('int8', [1], Int8Array.of(1)), { type: 'int8', scale: 2 })).toThrow(
    refused(/only floating-point/),
  );
});

test('what is not finite is refused unless the card allows it', () => {
  expect(() => make(floats(1, Number.NaN), {})).toThrow(refused(/is NaN at element 1/));
  expect(() => make(hostTensor('float16', [1], Uint16Array.of(0xfc00)), { type: 'float16' })).toThrow(
    refused(/is -Infinity at element 0/),
  );
  expect(make(floats(Number.NaN), { nonFinite: true }).data[0]).toBeNaN();
});

test('a change gets floating-point elements, also those of sixteen bits, and leaves what was read alone', () => {
  const change = { floats: (each: Float32Array | Float64Array) => each.map((value) => value * 2) };
  const found = floats(1, 2);
  const input = { name: 'x', type: 'float32' } as const;
  expect(fieldTensor(found, input, 'field', 'row', change)).toEqual(floats(2, 4));
  expect(found).toEqual(floats(1, 2));
  const half = hostTensor('float16', [1], Uint16Array.of(0x3c00));
  expect(fieldTensor(half, { name: 'x', type: 'float16' }, 'field', 'row', change).data).toEqual(
    Uint16Array.of(0x4000),
  );
  const whole = hostTensor('int8', [1], Int8Array.of(1));
  expect(fieldTensor(whole, { name: 'x', type: 'int8' }, 'field', 'row', change)).toBe(whole);
});
