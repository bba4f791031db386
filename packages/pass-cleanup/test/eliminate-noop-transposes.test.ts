import type { Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { eliminateNoopTransposesRule as rule } from '../src/eliminate-noop-transposes.ts';
import { once, operators, tinyModel } from './support/tiny.ts';

describe('eliminate-noop-transposes', () => {
  it('takes a Transpose that keeps the order out and leaves other identities', () => {
    const model = tinyModel({ x: ['n', 3] }, (b, [x]) => {
      const same = b.op('Transpose', [x as Value], { attributes: { perm: [0n, 1n] } });
      return [b.op('Neg', [b.op('Identity', [same])])];
    });
    expect(once(model, rule)).toBe(1);
    expect(operators(model)).toEqual(['Identity', 'Neg']);
  });

  it('keeps a Transpose that moves something', () => {
    const model = tinyModel({ x: ['n', 3] }, (b, [x]) => [
      b.op('Neg', [b.op('Transpose', [x as Value], { attributes: { perm: [1n, 0n] } })]),
    ]);
    expect(once(model, rule)).toBe(0);
  });
});
