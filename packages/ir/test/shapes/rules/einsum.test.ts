import { describe, expect, it } from 'vitest';
import { infer } from '../support.ts';

const equation = (text: string) => ({ attributes: { equation: text } });

describe('einsum rule', () => {
  it('follows explicit and implicit outputs', () => {
    expect(infer('Einsum', ['float32[b,h,q,d]', 'float32[b,h,k,d]'], equation('bhqd,bhkd->bhqk'))).toEqual([
      'float32[b,h,q,k]',
    ]);
    expect(infer('Einsum', ['float32[i,j]', 'float32[j,k]'], equation('ij, jk'))).toEqual(['float32[i,k]']);
    expect(infer('Einsum', ['float32[5,5]'], equation('ii'))).toEqual(['float32[]']);
  });

  it('broadcasts ellipses', () => {
    expect(infer('Einsum', ['float32[b,1,q,d]', 'float32[h,d,k]'], equation('...qd,...dk->...qk'))).toEqual([
      'float32[b,h,q,k]',
    ]);
  });

  it('tells the rank where operands have none', () => {
    expect(infer('Einsum', ['float32', 'float32[j,k]'], equation('ij,jk->ik'))).toEqual(['float32[?,?]']);
  });

  it('reports equations that do not fit', () => {
    expect(infer('Einsum', ['float32[2,3]'], equation('ijk->i'))[1]).toBe('! operand ijk has rank 2');
    expect(infer('Einsum', ['float32[2,3]', 'float32[4,5]'], equation('ij,jk->ik'))[1]).toBe(
      '! label j is both 3 and 4',
    );
    expect(infer('Einsum', ['float32[2]'], equation('i->z'))[1]).toContain('label z');
    expect(infer('Einsum', ['float32[2]'], equation('i,j->i'))[1]).toContain('has 2 operands');
  });
});
