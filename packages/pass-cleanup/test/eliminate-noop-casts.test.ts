import type { Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { eliminateNoopCastsRule as rule } from '../src/eliminate-noop-casts.ts';
import { once, operators, tinyModel } from './support/tiny.ts';

describe('eliminate-noop-casts', () => {
  it('takes casts out and leaves other identities', () => {
    const model = tinyModel({ x: ['n', 3] }, (b, [x]) => {
      const same = b.op('Cast', [x as Value], { attributes: { to: 1n } });
      return [b.op('Neg', [b.op('Identity', [same])])];
    });
    expect(once(model, rule)).toBe(1);
    expect(operators(model)).toEqual(['Identity', 'Neg']);
  });

  it('keeps a cast that loses something', () => {
    const model = tinyModel({ x: ['n'] }, (b, [x]) => {
      const half = b.op('Cast', [x as Value], { attributes: { to: 10n } });
      return [b.op('Neg', [b.op('Cast', [half], { attributes: { to: 1n } })])];
    });
    expect(once(model, rule)).toBe(0);
  });
});
