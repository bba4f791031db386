import { describe, expect, it } from 'vitest';
import { infer } from '../support.ts';

describe('quantization rules', () => {
  it('takes the element type from the zero point, an attribute, or the default', () => {
    expect(infer('QuantizeLinear', ['float32[n,4]', 'float32[]', 'int8[]'])).toEqual(['int8[n,4]']);
    expect(
      infer('QuantizeLinear', ['float32[n,4]', 'float32[]'], { attributes: { output_dtype: 3n } }),
    ).toEqual(['int8[n,4]']);
    expect(infer('QuantizeLinear', ['float32[n,4]', 'float32[]'])).toEqual(['uint8[n,4]']);
    expect(infer('DequantizeLinear', ['int8[n,4]', 'float16[]'])).toEqual(['float16[n,4]']);
    expect(infer('DynamicQuantizeLinear', ['float32[n,4]'], { outputs: 3 })).toEqual([
      'uint8[n,4]',
      'float32[]',
      'uint8[]',
    ]);
  });

  it('reports a missing scale', () => {
    expect(infer('DequantizeLinear', ['int8[n,4]'])[1]).toBe('! input 1 is missing');
  });
});
