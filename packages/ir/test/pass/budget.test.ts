import { describe, expect, it } from 'vitest';
import { relativeDrop, tryChange, Value, writeModelBytes } from '../../src/index.ts';
import { rejection } from '../support/code-of.ts';
import { tinyModel } from '../support/tiny-model.ts';

describe('relativeDrop', () => {
  it.each([
    [0.8, 0.6, false, 0.25],
    [0.8, 1, false, -0.25],
    [2, 3, true, 0.5],
    [-2, -3, false, 0.5],
    [0, -0.1, false, 0.1],
    [0, 0, true, 0],
  ])('from %d to %d (lower is better: %s) is %d', (baseline, measured, lowerIsBetter, drop) => {
    expect(relativeDrop(baseline, measured, lowerIsBetter)).toBeCloseTo(drop, 12);
  });

  it('takes what is no number for a total loss', () => {
    expect(relativeDrop(1, Number.NaN, false)).toBe(Number.POSITIVE_INFINITY);
    expect(relativeDrop(Number.NaN, 1, true)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('tryChange', () => {
  it('measures the changed model and puts it back', async () => {
    const { model, relu } = tinyModel();
    const before = writeModelBytes(model);
    const change = () => {
      relu.opType = 'Tanh';
    };
    expect(await tryChange(model, change, async () => relu.opType)).toBe('Tanh');
    expect(writeModelBytes(model)).toEqual(before);
  });

  it('puts it back when the change is invalid or the measure fails', async () => {
    const { model, relu } = tinyModel();
    const before = writeModelBytes(model);
    const invalid = tryChange(
      model,
      () => relu.setInput(0, new Value('nowhere')),
      async () => 1,
    );
    expect((await rejection(invalid))?.code).toBe('invalid-graph');
    const failing = tryChange(
      model,
      () => relu.setInputs([]),
      () => Promise.reject(new Error('no memory')),
    );
    await expect(failing).rejects.toThrow('no memory');
    expect(writeModelBytes(model)).toEqual(before);
  });
});
