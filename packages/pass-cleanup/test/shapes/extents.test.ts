import type { GraphBuilder, Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { type Contents, Extents, isSameTerm } from '../../src/shapes/extents.ts';
import { takeSurvey } from '../../src/survey.ts';
import { tinyModel } from '../support/tiny.ts';

/** Terms of what `build` returns, with extents written as `<value>.<axis>`. */
function terms(build: (b: GraphBuilder, x: Value) => Value): string | undefined {
  const model = tinyModel({ x: ['n', 3, 'm'] }, (b, [x]) => [build(b, x as Value)]);
  const contents = new Extents(takeSurvey(model)).contentsOf(model.graph.outputs[0]);
  return contents && print(contents);
}

function print({ rank, terms: list }: Contents): string {
  const texts = list.map((term) =>
    typeof term === 'object' ? `${term.value.name}.${term.axis}` : `${term ?? '?'}`,
  );
  return `${rank}:${texts.join(' ')}`;
}

describe('Extents', () => {
  it('follows shapes through slices, picks, joins and changes of rank', () => {
    expect(terms((b, x) => b.op('Shape', [x]))).toBe('1:x.0 3 x.2');
    expect(terms((b, x) => b.op('Shape', [x], { attributes: { start: -2n } }))).toBe('1:3 x.2');
    expect(terms((b, x) => b.op('Slice', [b.op('Shape', [x]), b.int64([1]), b.int64([2])]))).toBe('1:3');
    const pick = (b: GraphBuilder, x: Value, i: number) =>
      b.op('Gather', [b.op('Shape', [x]), b.int64([i], [])]);
    expect(terms((b, x) => pick(b, x, -1))).toBe('0:x.2');
    expect(terms((b, x) => b.op('Unsqueeze', [pick(b, x, 0), b.int64([0])]))).toBe('1:x.0');
    expect(terms((b, x) => b.op('Squeeze', [b.op('Unsqueeze', [pick(b, x, 0), b.int64([0])])]))).toBe(
      '0:x.0',
    );
    expect(terms((b, x) => pick(b, x, 7))).toBe('0:?');
    const joined = (b: GraphBuilder, x: Value) =>
      b.op('Concat', [b.int64([-1]), b.op('Cast', [b.op('Shape', [x])], { attributes: { to: 7n } })], {
        attributes: { axis: -1n },
      });
    expect(terms(joined)).toBe('1:-1 x.0 3 x.2');
    expect(terms((b, x) => b.op('Cast', [b.op('Shape', [x])], { attributes: { to: 6n } }))).toBeUndefined();
  });

  it('knows what shares a shape, what permutes one and what a Reshape makes of one', () => {
    expect(terms((b, x) => b.op('Shape', [b.op('Neg', [b.op('Relu', [x])])]))).toBe('1:x.0 3 x.2');
    const moved = (b: GraphBuilder, x: Value) =>
      b.op('Transpose', [x], { attributes: { perm: [2n, 0n, 1n] } });
    expect(terms((b, x) => b.op('Shape', [moved(b, x)]))).toBe('1:x.2 x.0 3');
    const flat = (b: GraphBuilder, x: Value) => b.op('Reshape', [x, b.int64([-1, 3])], { name: 'flat' });
    expect(terms((b, x) => b.op('Shape', [flat(b, x)]))).toBe('1:flat_out.0 3');
  });

  it('tells extents apart by value and axis', () => {
    const { graph } = tinyModel({ x: ['n'], y: ['n'] }, (b, [x]) => [b.op('Neg', [x as Value])]);
    const [x, y] = graph.inputs;
    if (x === undefined || y === undefined) throw new Error('there are two inputs');
    expect(isSameTerm({ value: x, axis: 0 }, { value: x, axis: 0 })).toBe(true);
    expect(isSameTerm({ value: x, axis: 0 }, { value: y, axis: 0 })).toBe(false);
    expect(isSameTerm(undefined, undefined)).toBe(false);
    expect(isSameTerm(2, 2)).toBe(true);
  });
});
