import type { Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { eliminateNoopReshapesRule as rule } from '../src/eliminate-noop-reshapes.ts';
import { once, operators, tinyModel } from './support/tiny.ts';

describe('eliminate-noop-reshapes', () => {
  it('takes reshapes and paired squeezes out and leaves other identities', () => {
    const model = tinyModel({ x: ['n', 3] }, (b, [x]) => {
      const same = b.op('Reshape', [x as Value, b.int64([0, 3])]);
      const wide = b.op('Unsqueeze', [b.op('Identity', [same]), b.int64([0])]);
      return [b.op('Neg', [b.op('Squeeze', [wide, b.int64([0])])])];
    });
    expect(once(model, rule)).toBe(2);
    expect(operators(model)).toEqual(['Identity', 'Unsqueeze', 'Neg']);
  });

  it('keeps a Reshape to another shape', () => {
    const model = tinyModel({ x: ['n', 4] }, (b, [x]) => [
      b.op('Neg', [b.op('Reshape', [x as Value, b.int64([-1, 2])])]),
    ]);
    expect(once(model, rule)).toBe(0);
  });
});
