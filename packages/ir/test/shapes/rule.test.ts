import { describe, expect, it } from 'vitest';
import { type Fact, tensorFact } from '../../src/shapes/fact.ts';
import { MalformedNode, RuleContext } from '../../src/shapes/rule.ts';
import { modelOf } from './support.ts';

function contextOf(facts: readonly (Fact | undefined)[], attributes = {}): RuleContext {
  const { graph } = modelOf(
    'Op',
    facts.map((fact) => (fact ? 'float32' : null)),
    { attributes },
  );
  const [node] = graph.nodes();
  if (node === undefined) throw new Error('the model has no node');
  return new RuleContext(node, 21, {
    factOf: (index) => facts[index],
    inferGraph: () => [],
    inferDeadGraph: () => undefined,
    mayRepeat: true,
    attributeOf: (name) => (name === 'outer' ? { kind: 'int', value: 5n } : undefined),
    isLeftOut: (value) => value === node.input(3),
  });
}

describe('RuleContext', () => {
  it('reads inputs', () => {
    const context = contextOf([tensorFact('int64', [2], ['a', 3]), undefined, tensorFact('int64', [], [4])]);
    expect(context.shape(0)).toEqual([2]);
    expect(context.elementType(0)).toBe('int64');
    expect(context.integers(0)).toEqual(['a', 3]);
    expect(context.numbers(0)).toBeUndefined();
    expect(context.numbers(2)).toEqual([4]);
    expect(context.integer(2)).toBe(4);
    expect(context.integer(0)).toBeNull();
    expect([context.has(0), context.has(1), context.has(9)]).toEqual([true, false, false]);
    expect([context.inputCount, context.outputCount]).toEqual([3, 1]);
  });

  it('prefers the input to the attribute', () => {
    const given = contextOf([undefined, tensorFact('int64', [1], [1])], { axes: [2n] });
    expect(given.integersFrom(1, 'axes')).toEqual([1]);
    expect(given.integersFrom(0, 'axes')).toEqual([2]);
    expect(given.integersFrom(0, 'missing')).toBeNull();
  });

  it('resolves references to attributes of a function, and inputs its caller leaves out', () => {
    const reference = (refAttrName: string) => ({ kind: 'other', message: { type: 2, refAttrName } });
    const fact = tensorFact('float32', []);
    const context = contextOf([fact, fact, fact, fact], { axis: reference('outer'), k: reference('none') });
    expect([context.int('axis'), context.int('k'), context.has(2), context.has(3)]).toEqual([
      5,
      undefined,
      true,
      false,
    ]);
  });

  it('refuses missing inputs, wrong ranks and axes out of range', () => {
    const context = contextOf([tensorFact('float32', [2, 3]), undefined]);
    expect(() => context.shape(1)).toThrow(MalformedNode);
    expect(() => context.shapeOfRank(0, 3)).toThrow('input 0 has rank 2');
    expect(() => context.axis(2, 2)).toThrow('axis 2 is out of range for rank 2');
    expect(() => context.axis(Number.NaN, 2)).toThrow(MalformedNode);
    expect(() => context.axes([0, -2], 2)).toThrow('axes [0,-2] name one axis twice');
    expect(context.axes([-1, 0], 2)).toEqual([1, 0]);
  });
});
