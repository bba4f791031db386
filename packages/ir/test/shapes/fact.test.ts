import { describe, expect, it } from 'vitest';
import { type DataType, type Dimension, Tensor, tensorType, type ValueType } from '../../src/index.ts';
import {
  canonicalType,
  containerFact,
  elementsOf,
  factOfTensor,
  joinFacts,
  mergeFacts,
  tensorFact,
} from '../../src/shapes/fact.ts';
import { tensorFromProto } from '../support/tensor-from-proto.ts';

const keep = () => false;

function sequence(elementType: DataType, shape?: Dimension[]): ValueType {
  return { kind: 'sequence', element: tensorType(elementType, shape) };
}

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
    expect(joinFacts(tensorFact('int64'), { type: sequence('int64') })).toBeUndefined();
  });

  it('merges with what is declared', () => {
    const reasons: string[] = [];
    const merge = (
      declared: Dimension[],
      inferred: Dimension[],
      prefers = keep as (a: Dimension, b: Dimension) => boolean,
    ) =>
      mergeFacts(tensorType('float32', declared), tensorFact('float32', inferred), {
        prefersInferred: prefers,
        report: (reason) => reasons.push(reason),
      }).type;
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
    const policy = { prefersInferred: keep, report: (reason: string) => reasons.push(reason) };
    expect(mergeFacts(tensorType('float16'), tensorFact('float32', [2]), policy).type).toEqual(
      tensorType('float16', [2]),
    );
    expect(mergeFacts(sequence('float32'), tensorFact('float32'), policy).type.kind).toBe('sequence');
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

  it('joins and merges inside containers', () => {
    const a = { type: sequence('float32', [2, 'n']) };
    const b = { type: sequence('float32', [3, 'n']) };
    expect(joinFacts(a, b)).toEqual({ type: sequence('float32', [null, 'n']) });
    expect(joinFacts(a, { type: { kind: 'optional', element: a.type } })).toBeUndefined();
    const reasons: string[] = [];
    const policy = { prefersInferred: keep, report: (reason: string) => reasons.push(reason) };
    expect(mergeFacts(sequence('float32'), a, policy)).toEqual(a);
    const map = (key: 'int64' | 'string'): ValueType => ({ kind: 'map', key, value: tensorType('float32') });
    expect(mergeFacts(map('int64'), { type: map('string') }, policy).type).toEqual(map('int64'));
    const opaque = (name: string): ValueType => ({ kind: 'opaque', domain: 'd', name });
    expect(mergeFacts(opaque('a'), { type: opaque('b') }, policy).type).toEqual(opaque('a'));
    expect(reasons).toEqual([
      'declared with keys int64, inferred with string',
      'declared as another opaque type than inferred',
    ]);
  });

  it('stops at containers nested beyond use', () => {
    let fact = containerFact('sequence', tensorType('float32'));
    for (let i = 0; i < 6; i++) fact = containerFact('optional', fact?.type);
    expect(fact?.type.kind).toBe('optional');
    for (let i = 0; i < 4 && fact !== undefined; i++) fact = containerFact('optional', fact.type);
    expect(fact).toBeUndefined();
  });
});
