import { describe, expect, it } from 'vitest';
import { Tensor, TypeTable, tensorType, Value } from '../../src/index.ts';
import { tensorFact } from '../../src/shapes/fact.ts';

describe('TypeTable', () => {
  it('answers with what a value declares before anything is recorded', () => {
    const table = new TypeTable();
    const value = new Value('x', tensorType('float32', ['n + 1']));
    expect(table.shapeOf(value)).toEqual(['n+1']);
    expect(value.type).toEqual(tensorType('float32', ['n + 1']));
    expect(table.typeOf(new Value('y'))).toBeUndefined();
    expect(table.shapeOf(new Value('z', { kind: 'opaque', domain: '', name: 'o' }))).toBeUndefined();
  });

  it('reads initializers, but not the contents of those that callers may replace', () => {
    const table = new TypeTable();
    const value = new Value('axes');
    value.tensor = Tensor.int64([2, 3]);
    expect(table.integersOf(value)).toEqual([2, 3]);
    const overridable = new Value('default');
    overridable.tensor = Tensor.int64([2, 3]);
    overridable.overridable = true;
    expect(table.integersOf(overridable)).toBeUndefined();
    expect(table.shapeOf(overridable)).toEqual([2]);
  });

  it('records and forgets', () => {
    const table = new TypeTable();
    const value = new Value('x', tensorType('float32'));
    table.record(value, tensorFact('float32', [7]));
    expect(table.shapeOf(value)).toEqual([7]);
    table.record(value, undefined);
    expect(table.shapeOf(value)).toBeUndefined();
    expect(table.factOf(value)).toEqual({ type: tensorType('float32') });
  });
});
