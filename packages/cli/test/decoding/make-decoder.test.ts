import { expect, test } from 'vitest';
import { drawDecoder } from '../../src/decoding/make-decoder.ts';

test('a line says how many attention layers let keys go', () => {
  const attention = [true, false].map((forgets) => ({
    node: 'MatMul',
    heads: 2,
    groups: [[0], [1]],
    forgets,
    reason: forgets ? undefined : 'no bound',
  }));
  const made = {
    model: 'a.onnx',
    out: 'b.onnx',
    cache: 'float16',
    returns: 'rows',
    attention,
    states: [],
  } as const;
  expect(drawDecoder({ ...made, epsilon: 1e-4 })).toBe(
    'b.onnx: 2 attention layers, 0 states, keys and values in float16\n1 of 2 leave out keys that get less than 0.0001 of any later row\n',
  );
  expect(drawDecoder({ ...made, epsilon: 0 })).toContain('all keys stay in the cache');
});
