import { describe, expect, it } from 'vitest';
import { infer, scalar } from '../support.ts';

describe('signal rules', () => {
  it('transform an axis', () => {
    expect(infer('DFT', ['float32[b,10,1]'])).toEqual(['float32[b,10,2]']);
    expect(infer('DFT', ['float32[b,10,n,1]', null, scalar(1)], { attributes: { onesided: 1n } })).toEqual([
      'float32[b,6,n,2]',
    ]);
    expect(infer('DFT', ['float32[b,10,1]', scalar(7)])).toEqual(['float32[b,7,2]']);
    expect(infer('DFT', ['float32[b,10,1]', null, 'int64[]'])).toEqual(['float32[b,10,2]']);
    expect(infer('DFT', ['float32[b,10,1]', 'int64[]', 'int64[]'])).toEqual(['float32[b,?,2]']);
    expect(infer('DFT', ['float32[b,6,2]'], { attributes: { onesided: 1n, inverse: 1n } })).toEqual([
      'float32[b,10,1]',
    ]);
    expect(infer('DFT', ['float32[b,10,1]'], { opset: 17 })).toEqual(['float32[b,10,2]']);
  });

  it('cut into frames', () => {
    expect(infer('STFT', ['float32[b,128,1]', scalar(8), null, scalar(16)])).toEqual(['float32[b,15,9,2]']);
    expect(
      infer('STFT', ['float32[b,n,1]', scalar(8), 'float32[16]'], { attributes: { onesided: 0n } }),
    ).toEqual(['float32[b,floor(n/8)-1,16,2]']);
    expect(infer('STFT', ['float32[b,n,1]', 'int64[]'])).toEqual(['float32[b,?,?,2]']);
  });

  it('make windows and filters', () => {
    expect(infer('HannWindow', [scalar(10)])).toEqual(['float32[10]']);
    expect(infer('HammingWindow', ['int64[]'], { attributes: { output_datatype: 11n } })).toEqual([
      'float64[?]',
    ]);
    expect(infer('MelWeightMatrix', [scalar(8), scalar(16), scalar(8192), 'float32[]', 'float32[]'])).toEqual(
      ['float32[9,8]'],
    );
  });
});
