import { describe, expect, it } from 'vitest';
import { Graph, GraphBuilder, Value } from '../../../src/index.ts';
import { infer, ints, scalar } from '../support.ts';

describe('sequence rules', () => {
  it('keep what the elements have in common', () => {
    expect(infer('SequenceConstruct', ['float32[2,n]', 'float32[3,n]'])).toEqual(['sequence(float32[?,n])']);
    expect(infer('SequenceConstruct', [])).toEqual(['-', '! it has no input']);
    expect(infer('SequenceInsert', ['sequence(float32[2])', 'float32[2]', scalar(0)])).toEqual([
      'sequence(float32[2])',
    ]);
    expect(infer('SequenceInsert', ['sequence(float32[2])', 'float32[2,2]'])).toEqual(['sequence(float32)']);
    expect(infer('SequenceErase', ['sequence(int64[n])'])).toEqual(['sequence(int64[n])']);
    expect(infer('SequenceEmpty', [])).toEqual(['sequence(float32)']);
    expect(infer('SequenceEmpty', [], { attributes: { dtype: 7n } })).toEqual(['sequence(int64)']);
  });

  it('take elements out', () => {
    expect(infer('SequenceAt', ['sequence(float32[2,n])', scalar(0)])).toEqual(['float32[2,n]']);
    expect(infer('SequenceAt', ['float32[2,n]', scalar(0)])).toEqual(['-', '! input 0 is a tensor']);
    expect(infer('SequenceLength', ['sequence(float32)'])).toEqual(['int64[]']);
  });

  it('split along an axis', () => {
    expect(infer('SplitToSequence', ['float32[6,n]'])).toEqual(['sequence(float32[1,n])']);
    expect(infer('SplitToSequence', ['float32[6,n]'], { attributes: { keepdims: 0n, axis: 1n } })).toEqual([
      'sequence(float32[6])',
    ]);
    expect(infer('SplitToSequence', ['float32[6,n]', scalar(3)])).toEqual(['sequence(float32[3,n])']);
    expect(infer('SplitToSequence', ['float32[6,n]', scalar(4)])).toEqual(['sequence(float32[?,n])']);
    expect(infer('SplitToSequence', ['float32[6,n]', ints(3, 3)])).toEqual(['sequence(float32[3,n])']);
    expect(infer('SplitToSequence', ['float32[6,n]', ints(2, 4)])).toEqual(['sequence(float32[?,n])']);
  });

  it('join into a tensor', () => {
    expect(infer('ConcatFromSequence', ['sequence(float32[2,n])'], { attributes: { axis: -1n } })).toEqual([
      'float32[2,?]',
    ]);
    expect(
      infer('ConcatFromSequence', ['sequence(float32[2,n])'], { attributes: { axis: -1n, new_axis: 1n } }),
    ).toEqual(['float32[2,n,?]']);
  });

  it('map a body over elements', () => {
    const x = new Value('x');
    const body = new Graph('body', [x]);
    body.setOutputs([new GraphBuilder(body).op('Transpose', [x])]);
    expect(infer('SequenceMap', ['sequence(float32[2,n])'], { attributes: { body } })).toEqual([
      'sequence(float32[n,2])',
    ]);
    expect(infer('SequenceMap', ['sequence(float32[2,n])'])).toEqual(['-', '! it has no body']);
  });
});
