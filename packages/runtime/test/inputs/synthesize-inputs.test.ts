import { ARRAY_OF, decodeFloat16, type TensorType } from '@sentei/data';
import { expect, test } from 'vitest';
import { synthesizeInputs } from '../../src/inputs/synthesize-inputs.ts';
import { checkFeeds } from '../../src/process/check-feeds.ts';
import type { ValueSignature } from '../../src/process/protocol.ts';

const value = (name: string, type: ValueSignature['type'], dims: ValueSignature['dims']): ValueSignature => ({
  name,
  type,
  dims,
});

const numbers = (data: ArrayLike<number | bigint | string> | undefined): number[] =>
  Array.from(data ?? [], Number);

test('a symbol has one size everywhere; first dimensions are the batch', () => {
  const feeds = synthesizeInputs(
    [
      value('a', 'float32', ['n', 's']),
      value('b', 'float32', ['n', null, 's', 3]),
      value('c', 'float32', ['s']),
      value('d', 'float32', [null, 'h']),
      value('e', 'float32', ['n', 's + h']),
      value('f', 'float32', ['n', 's + 1']),
    ],
    { batch: 2, length: 5, dimensions: { h: 7 } },
  );
  expect(Object.values(feeds).map(({ dims }) => dims)).toEqual([
    [2, 5],
    [2, 5, 5, 3],
    [5],
    [2, 7],
    [2, 12],
    [2, 6],
  ]);
});

test('one table of integers has identifiers up to the maximum', () => {
  const { ids } = synthesizeInputs([value('ids', 'int64', ['n', 's'])], { length: 500, maximumId: 9 });
  expect([...new Set(numbers(ids?.data))].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const { small } = synthesizeInputs([value('small', 'int8', ['n', 's'])], { length: 500, maximumId: 4000 });
  expect(Math.min(...numbers(small?.data))).toBeGreaterThanOrEqual(0);
});

test('several tables of integers have ones and zeros, and a one at the start of each row', () => {
  const feeds = synthesizeInputs(
    [value('a', 'int64', ['n', 's']), value('b', 'int32', ['n', 't']), value('c', 'int64', ['k'])],
    { batch: 2, length: 40 },
  );
  for (const name of ['a', 'b']) {
    const data = numbers(feeds[name]?.data);
    expect([...new Set(data)].sort()).toEqual([0, 1]);
    expect([data[0], data[40]]).toEqual([1, 1]);
  }
  const { c } = feeds;
  expect(numbers(c?.data)).toEqual([1, 1]);
});

test('floats are normal, bools true, strings text', () => {
  const { x, gate, s } = synthesizeInputs([
    value('x', 'float16', [100, 100]),
    value('gate', 'bool', [3]),
    value('s', 'string', [1]),
  ]);
  const samples = numbers(x?.data).map(decodeFloat16);
  const variance = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  expect(Math.abs(variance - 1)).toBeLessThan(0.1);
  expect(gate?.data).toEqual(Uint8Array.of(1, 1, 1));
  expect(s?.data).toEqual(['text']);
});

test('every type is made as the model asks for it, the same for the same seed', () => {
  const types = Object.keys(ARRAY_OF) as TensorType[];
  const inputs = types.map((type) => value(type, type, ['n', 4]));
  const feeds = synthesizeInputs(inputs, { seed: 5 });
  checkFeeds(feeds, inputs, 'any');
  expect(Object.keys(feeds)).toEqual(types);
  expect(synthesizeInputs(inputs, { seed: 5 })).toEqual(feeds);
  expect(synthesizeInputs(inputs, { seed: 6 })).not.toEqual(feeds);
});

test('inputs that cannot be made are refused by name', () => {
  const refusal = (input: ValueSignature, options = {}): unknown => {
    try {
      return synthesizeInputs([input], options);
    } catch (error) {
      return error;
    }
  };
  expect(refusal(value('q', null, null))).toMatchObject({ code: 'unsupported-model', subject: 'q' });
  expect(refusal(value('q', 'float32', null))).toMatchObject({ message: "input 'q' has unknown rank" });
  expect(refusal(value('q', 'float32', ['a', 'b', 'c']), { length: 100_000 })).toMatchObject({
    code: 'unsupported-model',
  });
  expect(refusal(value('q', 'float32', ['a']), { length: -1 })).toMatchObject({ code: 'invalid-option' });
});
