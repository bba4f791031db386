import { describe, expect, it } from 'vitest';
import { findRule, listOperators } from '../../src/shapes/registry.ts';

describe('registry', () => {
  it('finds rules by domain and operator', () => {
    expect(findRule('', 'MatMul')).toBeTypeOf('function');
    expect(findRule('com.microsoft', 'MatMul')).toBeUndefined();
    expect(findRule('com.microsoft', 'Attention')).not.toBe(findRule('', 'Attention'));
    expect(findRule('', 'constructor')).toBeUndefined();
    expect(findRule('elsewhere', 'MatMul')).toBeUndefined();
  });

  it('lists every operator once', () => {
    const names = listOperators().map(({ domain, opType }) => `${domain}:${opType}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain(':Conv');
    expect(names).toContain('com.microsoft:FusedMatMul');
  });
});
