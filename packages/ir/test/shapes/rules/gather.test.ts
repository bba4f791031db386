import { describe, expect, it } from 'vitest';
import { infer, ints, scalar } from '../support.ts';

describe('gather and scatter rules', () => {
  it('gathers', () => {
    expect(infer('Gather', ['float32[vocabulary,256]', 'int64[b,s]'])).toEqual(['float32[b,s,256]']);
    expect(infer('Gather', ['float32[b,s,256]', scalar(-1)], { attributes: { axis: 1n } })).toEqual([
      'float32[b,256]',
    ]);
    expect(infer('Gather', [{ shapeOf: 'float32[b,s,4]' }, scalar(1)])).toEqual(['int64[] = s']);
    expect(infer('Gather', [{ shapeOf: 'float32[b,s,4]' }, ints(-1, 0)])).toEqual(['int64[2] = 4,b']);
    expect(infer('Gather', ['float32[b]', 'int64'])).toEqual(['float32']);
    expect(infer('Gather', ['float32[]', 'int64[]'])[1]).toBe('! input 0 has rank 0');
    expect(infer('GatherElements', ['float32[a,b]', 'int64[c,d]'])).toEqual(['float32[c,d]']);
    expect(infer('GatherElements', ['float32[a,b]', 'int64'])).toEqual(['float32[?,?]']);
    expect(infer('GatherElements', ['float32[a,b]', 'int64[c]'])[1]).toBe(
      '! data and indices differ in rank',
    );
    expect(
      infer('GatherND', ['float32[b,s,v,d]', 'int64[b,k,1]'], { attributes: { batch_dims: 1n } }),
    ).toEqual(['float32[b,k,v,d]']);
    expect(infer('GatherND', ['float32[2]', 'int64[4,3]'])[1]).toBe(
      '! indices of depth 3 reach beyond rank 1',
    );
  });

  it('scatters into the shape of the data', () => {
    expect(infer('ScatterND', ['float32[a,b]', 'int64[k,1]', 'float32[k,b]'])).toEqual(['float32[a,b]']);
    expect(infer('ScatterElements', ['float32[a]', 'int64[k]', 'float32[k]'])).toEqual(['float32[a]']);
  });

  it('tells what it can of data-dependent shapes', () => {
    expect(infer('NonZero', ['bool[a,b]'])).toEqual(['int64[2,?]']);
    expect(infer('OneHot', ['int64[b,s]', scalar(10), 'float32[2]'])).toEqual(['float32[b,s,10]']);
    expect(infer('OneHot', ['int64[b,s]', 'int64[]', 'float32[2]'], { attributes: { axis: 0n } })).toEqual([
      'float32[?,b,s]',
    ]);
  });
});
