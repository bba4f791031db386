import { describe, expect, it } from 'vitest';
import type { AttributeValue } from '../../../src/index.ts';
import { infer } from '../support.ts';

const SCALE = 'float32[]';
const ZERO = 'uint8[]';
const microsoft = (attributes: Readonly<Record<string, AttributeValue>> = {}) => ({
  domain: 'com.microsoft',
  attributes,
});

describe('quantized com.microsoft rules', () => {
  it('combine tensors with scales and zero points', () => {
    expect(
      infer('QLinearAdd', ['uint8[b,1]', SCALE, ZERO, 'uint8[c]', SCALE, ZERO, SCALE, ZERO], microsoft()),
    ).toEqual(['uint8[b,c]']);
    expect(
      infer(
        'QLinearWhere',
        ['bool[b,1]', 'uint8[c]', SCALE, ZERO, 'uint8[c]', SCALE, ZERO, SCALE, ZERO],
        microsoft(),
      ),
    ).toEqual(['uint8[b,c]']);
    expect(
      infer(
        'QLinearConcat',
        [SCALE, ZERO, 'uint8[b,2]', SCALE, ZERO, 'uint8[b,c]', SCALE, ZERO],
        microsoft({ axis: 1n }),
      ),
    ).toEqual(['uint8[b,c+2]']);
    expect(infer('QLinearSigmoid', ['int8[n]', SCALE, ZERO, SCALE, ZERO], microsoft())).toEqual(['int8[n]']);
    expect(
      infer(
        'QLinearReduceMean',
        ['uint8[a,b,c]', SCALE, ZERO, SCALE, ZERO],
        microsoft({ axes: [1n], keepdims: 0n }),
      ),
    ).toEqual(['uint8[a,c]']);
    expect(
      infer('QLinearGlobalAveragePool', ['uint8[n,c,7,7]', SCALE, ZERO, SCALE, ZERO], microsoft()),
    ).toEqual(['uint8[n,c,1,1]']);
    expect(
      infer(
        'QLinearGlobalAveragePool',
        ['uint8[n,7,7,c]', SCALE, ZERO, SCALE, ZERO],
        microsoft({ channels_last: 1n }),
      ),
    ).toEqual(['uint8[?,?,?,?]']);
  });

  it('multiply matrices', () => {
    expect(
      infer('MatMulIntegerToFloat', ['uint8[b,4]', 'uint8[4,n]', 'float16[]', 'float16[]'], microsoft()),
    ).toEqual(['float16[b,n]']);
    expect(infer('DynamicQuantizeMatMul', ['float32[b,4]', 'uint8[4,n]', 'float32[]'], microsoft())).toEqual([
      'float32[b,n]',
    ]);
    expect(infer('MatMulInteger16', ['int16[b,4]', 'int16[4,n]'], microsoft())).toEqual(['int32[b,n]']);
    expect(
      infer(
        'QGemm',
        ['uint8[b,4]', SCALE, ZERO, 'uint8[n,4]', SCALE, ZERO, null, SCALE, ZERO],
        microsoft({ transB: 1n }),
      ),
    ).toEqual(['uint8[b,n]']);
    expect(infer('QGemm', ['uint8[b,4]', SCALE, ZERO, 'uint8[4,n]', SCALE, ZERO], microsoft())).toEqual([
      'float32[b,n]',
    ]);
    expect(infer('QGemm', ['uint8[b,4]', SCALE, ZERO, 'uint8[5,n]', SCALE, ZERO], microsoft())).toEqual([
      '-',
      '! the operands share no inner extent',
    ]);
  });

  it('embed', () => {
    expect(
      infer('QEmbedLayerNormalization', ['int32[b,s]', 'int32[b,s]', 'uint8[v,64]'], {
        ...microsoft(),
        outputs: 2,
      }),
    ).toEqual(['float32[b,s,64]', 'int32[b]']);
    expect(infer('QuantizeLinear', ['float32[n]', SCALE, ZERO], microsoft())).toEqual(['uint8[n]']);
    expect(infer('DequantizeLinear', ['uint8[n]', 'float16[]'], microsoft())).toEqual(['float16[n]']);
  });
});
