import { hostTensor } from '@sentei/data';
import { expect, test } from 'vitest';
import {
  chooseOutput,
  floatOutputs,
  languageModelNames,
  listValues,
  tokenRoles,
} from '../../src/metrics/find-roles.ts';
import type { Dimension, Signature, ValueSignature } from '../../src/process/protocol.ts';
import { example } from '../support/list-dataset.ts';

const value = (name: string, type: ValueSignature['type'], dims: readonly Dimension[]): ValueSignature => ({
  name,
  type,
  dims,
});
const tokens = (...names: string[]) => names.map((name) => value(name, 'int64', ['b', 's']));
const ints = (...values: number[]) =>
  hostTensor('int64', [values.length], BigInt64Array.from(values, BigInt));

const encoder: Signature = {
  inputs: tokens('a', 'b', 'c', 'd'),
  outputs: [
    value('h', 'float32', ['b', 's', 8]),
    value('p', 'float32', ['b', 8]),
    value('n', 'int64', ['b', 8]),
  ],
};
const sentence = example({ a: ints(1, 1, 1), b: ints(5, 9, 9), c: ints(0, 0, 0), d: ints(0, 1, 2) });
const unsupported = expect.objectContaining({ code: 'unsupported-model' });

test('tokens, mask, token types and positions are told by their values', () => {
  expect(tokenRoles(encoder, sentence)).toEqual({ ids: 'b', mask: 'a' });
  const padded = example({ a: ints(1, 1, 0), b: ints(5, 9, 0), c: ints(0, 0, 0), d: ints(0, 1, 2) });
  expect(tokenRoles(encoder, padded)).toEqual({ ids: 'b', mask: 'a' });
  const alone = { ...encoder, inputs: tokens('x') };
  expect(tokenRoles(alone, example({ x: ints(1, 1) }))).toEqual({ ids: 'x', mask: undefined });
  const torn = example({ a: ints(1, 1), b: ints(5, 9), c: ints(9, 2), d: ints(0, 1) });
  expect(tokenRoles(encoder, torn)).toEqual({ ids: undefined, mask: 'a' });
});

test('an output is the only one of its rank, of the first rank that has any, or the one named', () => {
  expect(chooseOutput(encoder, [3, 2], 'm', undefined).name).toBe('h');
  expect(chooseOutput(encoder, [2], 'm', undefined).name).toBe('p');
  expect(chooseOutput(encoder, [3], 'm', 'p').name).toBe('p');
  expect(() => chooseOutput(encoder, [4], 'm', undefined)).toThrow(unsupported);
  expect(() => chooseOutput(encoder, [3], 'm', 'x')).toThrow(/no output 'x'/);
  const two = { ...encoder, outputs: [...encoder.outputs, value('q', 'float16', ['b', 's', 8])] };
  expect(() => chooseOutput(two, [3], 'm', undefined)).toThrow(/2 of the model's outputs/);
  expect(floatOutputs({ inputs: [], outputs: [value('u', 'float32', [])] }, 3)).toHaveLength(1);
  expect(listValues(encoder.outputs.slice(0, 1))).toBe('h (float32 [b,s,8])');
});

test('a language model is found, or what to name is said', () => {
  expect(languageModelNames(encoder, sentence, 'perplexity', {})).toEqual({
    logits: 'h',
    ids: 'b',
    mask: 'a',
  });
  expect(languageModelNames(encoder, sentence, 'perplexity', { ids: 'c', mask: 'd' })).toMatchObject({
    ids: 'c',
    mask: 'd',
  });
  const torn = example({ a: ints(1, 1), b: ints(5, 9), c: ints(9, 2), d: ints(0, 1) });
  expect(() => languageModelNames(encoder, torn, 'perplexity', {})).toThrow(unsupported);
  expect(() => languageModelNames(encoder, sentence, 'perplexity', { ids: 'x' })).toThrow(/no input 'x'/);
});
