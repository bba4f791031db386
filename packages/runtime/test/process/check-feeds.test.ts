import { type Feeds, hostTensor } from '@sentei/data';
import { expect, test } from 'vitest';
import { checkFeeds, faultOfTensor } from '../../src/process/check-feeds.ts';
import type { ValueSignature } from '../../src/process/protocol.ts';

const inputs: ValueSignature[] = [{ name: 'x', type: 'float32', dims: ['batch', 2] }];

const messageOf = (feeds: Feeds, of = inputs): string => {
  try {
    checkFeeds(feeds, of, 'm.onnx');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'fits';
};

test('feeds that fit pass, whatever the symbolic dimensions', () => {
  expect(messageOf({ x: hostTensor('float32', [3, 2], new Float32Array(6)) })).toBe('fits');
});

test('each misfit is named', () => {
  const two = new Float32Array(2);
  expect(messageOf({})).toBe("m.onnx: input 'x' has no feed");
  expect(messageOf({ x: hostTensor('float32', [1, 2], two), gate: hostTensor('float32', [2], two) })).toBe(
    "m.onnx: 'gate' is not an input (inputs: x)",
  );
  expect(messageOf({ x: hostTensor('float64', [1, 2], new Float64Array(2)) })).toBe(
    "m.onnx: feed 'x': is float64, the model takes float32",
  );
  expect(messageOf({ x: hostTensor('float32', [2, 1], two) })).toBe(
    "m.onnx: feed 'x': has shape [2,1], the model takes [batch,2]",
  );
  expect(messageOf({ x: hostTensor('float32', [2], two) })).toContain('has shape [2]');
});

test('misfits are invalid data', () => {
  expect(() => checkFeeds({}, inputs, 'm.onnx')).toThrow(expect.objectContaining({ code: 'invalid-data' }));
});

test('an empty declared shape may stand for unknown rank, so any shape passes', () => {
  const unknown: ValueSignature[] = [{ name: 'x', type: 'float32', dims: [] }];
  expect(messageOf({ x: hostTensor('float32', [1, 1], new Float32Array(1)) }, unknown)).toBe('fits');
});

test('a tensor must not contradict itself', () => {
  expect(faultOfTensor(hostTensor('float32', [2], new Float32Array(3)))).toContain('3 elements');
  expect(faultOfTensor(hostTensor('float32', [-1], new Float32Array(1)))).toContain('not a shape');
  expect(faultOfTensor(hostTensor('bool', [1], Uint8Array.of(1)))).toBeUndefined();
  expect(faultOfTensor(JSON.parse('{ "type": "float32", "dims": [1], "data": [1] }'))).toBe(
    'float32 data must be Float32Array',
  );
  expect(faultOfTensor(JSON.parse('{ "type": "int4", "dims": [1], "data": [1] }'))).toContain('not known');
});
