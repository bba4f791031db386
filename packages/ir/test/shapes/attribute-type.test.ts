import { describe, expect, it } from 'vitest';
import type { AttributeValue } from '../../src/index.ts';
import { attributeType } from '../../src/shapes/attribute-type.ts';
import { modelOf } from './support.ts';

function read(attributes: Readonly<Record<string, AttributeValue>>) {
  const [node] = modelOf('Cast', ['float32'], { attributes }).graph.nodes();
  return node && attributeType(node, 'to');
}

describe('attributeType', () => {
  it('reads numbers and, from before opset 6, names', () => {
    expect(read({ to: 10n })).toBe('float16');
    expect(read({ to: 'FLOAT' })).toBe('float32');
    expect(read({ to: 'INT64' })).toBe('int64');
    expect(read({ to: 'DOUBLE' })).toBe('float64');
  });

  it('does not know other numbers and names', () => {
    expect(read({})).toBeUndefined();
    expect(read({ to: 0n })).toBeUndefined();
    expect(read({ to: 99n })).toBeUndefined();
    expect(read({ to: 'NUMBER' })).toBeUndefined();
  });
});
