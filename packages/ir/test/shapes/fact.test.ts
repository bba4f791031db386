import { describe, expect, it } from 'vitest';
import { type Dimension, Tensor, tensorType } from '../../src/index.ts';
import {
  canonicalType,
  elementsOf,
  factOfTensor,
  joinFacts,
  mergeFacts,
  tensorFact,
} from '../../src/shapes/fact.ts';
import { tensorFromProto } from '../support/tensor-from-proto.ts';

const keep = () => false;

describe('fact', () => {
  it('keeps integers that fit their tensor', () => {
    expect(tensorFact('int64', [2], ['a', 3]).integers).toEqual(['a', 3]);
    expect(tensorFact('int64', [3], ['a', 3]).integers).toBeUndefined();
    expect(tensorFact('float32', [2], ['a', 3]).integers).toBeUndefined();
    expect(tensorFact('int64', [2], [null, null]).integers).toBeUndefined();
    expect(tensorFact('int64', [65], new Array(65).fill(1)).integers).toBeUndefined();
  });

  it('reads small tensors and survives unreadable ones', () => {
    expect(factOfTensor(Tensor.bool([true, false])).integers).toEqual([1, 0]);
    expect(factOfTensor(Tensor.int64(Array.from({ length: 65 }, (_, i) => i))).integers).toBeUndefined();
    const broken = tensorFromProto({ dims: [4], dataType: 7, rawData: new Uint8Array(3) });
    expect(factOfTensor(broken)).toEqual({ type: tensorType('int64', [4]) });
  });

  it('spells out unknown elements', () => {
    expect(elementsOf(tensorFact('int64', [2]))).toEqual([null, null]);
    expect(elementsOf(tensorFact('int64', ['a']))).toBeUndefined();
    expect(elementsOf(tensorFact('float32', [2]))).toBeUndefined();
  });

  it('joins', () => {
    expect(joinFacts(tensorFact('int64', [2], [1, 2]), tensorFact('int64', [2], [1, 3]))).toEqual(
      tensorFact('int64', [2], [1, null]),
    );
    expect(joinFacts(tensorFact('int64', [2]), tensorFact('float32', [3]))).toEqual(
      tensorFact('undefined', [null]),
    );
    expect(joinFacts(tensorFact('int64'), { type: { kind: 'sequence' } })).toBeUndefined();
  });

  it('merges with what is declared', () => {
    const reasons: string[] = [];
    const merge = (
      declared: Dimension[],
      inferred: Dimension[],
      prefers = keep as (a: Dimension, b: Dimension) => boolean,
    ) =>
      mergeFacts(tensorType('float32', declared), tensorFact('float32', inferred), prefers, (reason) =>
        reasons.push(reason),
      ).type;
    expect(merge(['a', null, 3], [4, 'b', 'c'])).toEqual(tensorType('float32', [4, 'b', 3]));
    expect(merge(['a'], ['b'])).toEqual(tensorType('float32', ['a']));
    expect(merge(['a'], ['b'], () => true)).toEqual(tensorType('float32', ['b']));
    expect(reasons).toEqual([]);
    expect(merge([2], [3])).toEqual(tensorType('float32', [2]));
    expect(merge([2, 'a'], [2])).toEqual(tensorType('float32', [2, 'a']));
    expect(reasons).toEqual(['declared as [2], inferred as [3]', 'declared as [2,a], inferred as [2]']);
  });

  it('keeps the declared kind and element type', () => {
    const reasons: string[] = [];
    const report = (reason: string) => reasons.push(reason);
    expect(mergeFacts(tensorType('float16'), tensorFact('float32', [2]), keep, report).type).toEqual(
      tensorType('float16', [2]),
    );
    expect(mergeFacts({ kind: 'sequence' }, tensorFact('float32'), keep, report).type.kind).toBe('sequence');
    expect(reasons).toEqual([
      'declared with elements float16, inferred with float32',
      'declared as a sequence, inferred as a tensor',
    ]);
  });

  it('puts declared dimensions in canonical form', () => {
    expect(canonicalType(tensorType('float32', ['1 + n', '?', 2]))).toEqual(
      tensorType('float32', ['n+1', null, 2]),
    );
  });
});
