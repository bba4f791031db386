import { describe, expect, it } from 'vitest';
import { infer } from '../support.ts';

describe('optional rules', () => {
  it('wrap and unwrap', () => {
    expect(infer('Optional', ['float32[n]'])).toEqual(['optional(float32[n])']);
    expect(infer('Optional', [])).toEqual(['-', '! it has neither an input nor a type']);
    const tp = { sequenceType: { elemType: { tensorType: { elemType: 1 } } } };
    const type = { kind: 'other', message: { name: 'type', type: 13, tp } } as const;
    expect(infer('Optional', [], { attributes: { type } })).toEqual(['optional(sequence(float32))']);
    expect(infer('OptionalGetElement', ['optional(sequence(float32[n]))'])).toEqual(['sequence(float32[n])']);
    expect(infer('OptionalGetElement', ['float32[n]'])).toEqual(['float32[n]']);
    expect(infer('OptionalHasElement', ['optional(float32)'])).toEqual(['bool[]']);
  });
});
