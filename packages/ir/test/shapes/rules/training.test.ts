import { describe, expect, it } from 'vitest';
import { infer } from '../support.ts';

describe('training rules', () => {
  it('return new values and states', () => {
    const training = { domain: 'ai.onnx.preview.training' };
    expect(
      infer('Momentum', ['float32[]', 'int64[]', 'float32[a]', 'float32[a]', 'float32[a]'], {
        ...training,
        outputs: 2,
      }),
    ).toEqual(['float32[a]', 'float32[a]']);
    expect(
      infer(
        'Adam',
        [
          'float32[]',
          'int64[]',
          'float32[a]',
          'float32[b]',
          'float32[a]',
          'float32[b]',
          'float32[a]',
          'float32[b]',
          'float32[a]',
          'float32[b]',
        ],
        { ...training, outputs: 6 },
      ),
    ).toEqual(['float32[a]', 'float32[b]', 'float32[a]', 'float32[b]', 'float32[a]', 'float32[b]']);
    expect(infer('Adagrad', ['float32[]', 'int64[]', 'float32[a]'], training)).toEqual([
      '-',
      '! 3 inputs do not go by groups of 3',
    ]);
    const xs = { kind: 'strings', value: [new Uint8Array([97])] } as const;
    expect(infer('Gradient', ['float32[a]', 'float32[b]'], { ...training, attributes: { xs } })).toEqual([
      'float32[a]',
    ]);
  });
});
