import { describe, expect, it } from 'vitest';
import { Graph, GraphBuilder, inferTypes, Value } from '../../../src/index.ts';
import { describeValue, infer, modelOf } from '../support.ts';

describe('attention rule', () => {
  it('reads heads from the shape', () => {
    const inputs = [
      'float32[b,8,q,64]',
      'float32[b,2,k,64]',
      'float32[b,2,k,32]',
      null,
      'float32[b,2,past,64]',
      'float32[b,2,past,32]',
    ];
    expect(infer('Attention', inputs, { opset: 23, outputs: 4 })).toEqual([
      'float32[b,8,q,32]',
      'float32[b,2,k+past,64]',
      'float32[b,2,k+past,32]',
      'float32[b,8,q,k+past]',
    ]);
  });

  it('reads heads from attributes', () => {
    const attributes = { q_num_heads: 8n, kv_num_heads: 2n };
    expect(
      infer('Attention', ['float32[b,q,512]', 'float32[b,k,128]', 'float32[b,k,64]'], {
        opset: 23,
        attributes,
        outputs: 2,
      }),
    ).toEqual(['float32[b,q,256]', 'float32[b,2,k,64]']);
  });

  it('knows nothing of unknown ranks and reports wrong ones', () => {
    expect(infer('Attention', ['float32', 'float32', 'float32'], { opset: 23 })).toEqual(['float32']);
    expect(infer('Attention', ['float32[q,d]', 'float32', 'float32'], { opset: 23 })[1]).toBe(
      '! input 0 has rank 2',
    );
  });

  it('carries states from call to call', () => {
    const inputs = ['float16[b,t,8]', 'float16[b,t,4]', 'float16[b,t,6]', 'float32[b,2,2,3]'];
    const attributes = { q_num_heads: 4n, kv_num_heads: 2n };
    expect(infer('LinearAttention', inputs, { attributes, outputs: 2 })).toEqual([
      'float16[b,t,12]',
      'float32[b,2,2,3]',
    ]);
    expect(infer('CausalConvWithState', ['float32[b,c,t]', 'float32[c,1,4]'], { outputs: 2 })).toEqual([
      'float32[b,c,t]',
      'float32[b,c,3]',
    ]);
    expect(infer('TensorScatter', ['float32[b,h,max,d]', 'float32[b,h,t,d]'])).toEqual([
      'float32[b,h,max,d]',
    ]);
    expect(infer('RotaryEmbedding', ['float32[b,t,d]'])).toEqual(['float32[b,t,d]']);
  });

  it('lets graphs see the scores', () => {
    const scores = new Value('scores');
    const score_mod = new Graph('score_mod', [scores]);
    const result = new GraphBuilder(score_mod).op('Identity', [scores]);
    score_mod.setOutputs([result]);
    const inputs = ['float32[b,4,q,8]', 'float32[b,2,k,8]', 'float32[b,2,k,6]'];
    const { model, outputs } = modelOf('FlexAttention', inputs, {
      domain: 'ai.onnx.preview',
      attributes: { score_mod },
    });
    const table = inferTypes(model);
    expect([...outputs, result].map((value) => describeValue(table, value))).toEqual([
      'float32[b,4,q,6]',
      'float32[b,4,q,k]',
    ]);
  });
});
