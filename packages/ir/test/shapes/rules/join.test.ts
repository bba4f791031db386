import { describe, expect, it } from 'vitest';
import { infer, ints, scalar } from '../support.ts';

describe('joining and repeating rules', () => {
  it('concatenates shapes and contents', () => {
    const attributes = { axis: -1n };
    expect(infer('Concat', ['float32[b,past,8]', 'float32[b,s,8]'], { attributes: { axis: 1n } })).toEqual([
      'float32[b,past+s,8]',
    ]);
    expect(infer('Concat', ['float32[?,2]', 'float32[b,?]'], { attributes: { axis: 1n } })).toEqual([
      'float32[b,?]',
    ]);
    expect(infer('Concat', [{ shapeOf: 'float32[b,s]' }, 'int64[1]', ints(64)], { attributes })).toEqual([
      'int64[4] = b,s,?,64',
    ]);
    expect(infer('Concat', ['float32', 'float32'], { attributes })).toEqual(['float32']);
    expect(infer('Concat', ['float32[2]', 'float32[2,2]'], { attributes })[1]).toBe(
      '! ranks 2 and 1 are joined',
    );
    expect(infer('Concat', ['float32[2,1]', 'float32[3,1]'], { attributes })[1]).toBe(
      '! extents 2 and 3 are joined',
    );
  });

  it('splits by input, by attribute, and into equal or nearly equal parts', () => {
    const attributes = { axis: 1n };
    expect(infer('Split', ['float32[b,10]', ints(3, 7)], { attributes, outputs: 2 })).toEqual([
      'float32[b,3]',
      'float32[b,7]',
    ]);
    expect(
      infer('Split', ['float32[b,10]'], {
        opset: 11,
        attributes: { ...attributes, split: [4n, 6n] },
        outputs: 2,
      }),
    ).toEqual(['float32[b,4]', 'float32[b,6]']);
    expect(infer('Split', ['float32[10,b]'], { opset: 13, outputs: 2 })).toEqual([
      'float32[5,b]',
      'float32[5,b]',
    ]);
    expect(infer('Split', ['float32[7,b]'], { attributes: { num_outputs: 3n }, outputs: 3 })).toEqual([
      'float32[3,b]',
      'float32[3,b]',
      'float32[1,b]',
    ]);
    expect(infer('Split', [{ shapeOf: 'float32[b,s,4]' }, ints(2, 1)], { outputs: 2 })).toEqual([
      'int64[2] = b,s',
      'int64[1] = 4',
    ]);
    expect(infer('Split', ['float32[7]'], { opset: 13, outputs: 2 })[2]).toBe(
      '! 7 elements are not split into 2 equal parts',
    );
    expect(infer('Split', ['float32[7]', ints(7)], { outputs: 2 })[2]).toBe(
      '! 1 sizes are given for 2 outputs',
    );
  });

  it('expands', () => {
    expect(infer('Expand', ['float32[1,4]', { shapeOf: 'float32[b,s,1]' }])).toEqual(['float32[b,s,4]']);
    expect(infer('Expand', ['float32[5,1]', 'int64[2]'])).toEqual(['float32[5,?]']);
    expect(infer('Expand', [scalar(7), ints(2)])).toEqual(['int64[2] = 7,7']);
    expect(infer('Expand', ['float32[3]', ints(4)])[1]).toBe('! [3] does not expand to [4]');
  });

  it('tiles and pads', () => {
    expect(infer('Tile', ['float32[b,4]', ints(2, 3)])).toEqual(['float32[2*b,12]']);
    expect(infer('Tile', ['float32[b,4]', 'int64'])).toEqual(['float32[?,?]']);
    expect(infer('Tile', ['float32[b,4]', ints(2)])[1]).toBe('! 1 repeats are given for rank 2');
    expect(infer('Pad', ['float32[b,s]', ints(0, 1, 0, -2)])).toEqual(['float32[b,s-1]']);
    expect(infer('Pad', ['float32[b,s]', ints(1, 1), null, ints(-1)])).toEqual(['float32[b,s+2]']);
    expect(infer('Pad', ['float32[b]'], { opset: 10, attributes: { pads: [1n, 1n] } })).toEqual([
      'float32[b+2]',
    ]);
    expect(infer('Pad', ['float32[b,s]', ints(1, 1)])[1]).toBe('! 2 pads are given for 2 axes');
  });
});
