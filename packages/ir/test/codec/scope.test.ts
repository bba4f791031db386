import { expect, it } from 'vitest';
import { Scope } from '../../src/codec/scope.ts';
import { Value } from '../../src/index.ts';

it('finds names in the graph itself, then in those around it', () => {
  const outer = new Scope(undefined);
  const inner = new Scope(outer);
  const [x, y, hidden] = [new Value('x'), new Value('y'), new Value('x')];
  outer.define(x);
  inner.define(y);
  expect([inner.find('x'), inner.find('y'), outer.find('y'), inner.own('x')]).toEqual([
    x,
    y,
    undefined,
    undefined,
  ]);
  inner.define(hidden);
  expect([inner.find('x') === hidden, outer.find('x') === x]).toEqual([true, true]);
});

it('does not run out of stack, however deep graphs nest', () => {
  let scope = new Scope(undefined);
  const x = new Value('x');
  scope.define(x);
  for (let depth = 0; depth < 50_000; depth++) scope = new Scope(scope);
  expect(scope.find('x')).toBe(x);
});
