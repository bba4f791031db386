import { expect, test } from 'vitest';
import { Graph, GraphBuilder, tensorType } from '../../../src/index.ts';
import { extentOf, isSameShape, lastOf, Pool, withLast } from '../../../src/testing/models/pool.ts';

test('values that may grow too large are tamed, and weights are shared or not by the pick', () => {
  const graph = new Graph('pool');
  const value = graph.newValue('x', tensorType('float32', [2]));
  graph.inputs.push(value);
  const pool = new Pool(new GraphBuilder(graph), [{ value, shape: [2], bound: 2 }]);
  expect(pool.apply('Mul', [value, value], [2], 4).value.producer?.opType).toBe('Mul');
  const tamed = pool.apply('Mul', [value, value], [2], 1e6);
  expect([tamed.bound, tamed.value.producer?.opType]).toEqual([1, 'Tanh']);
  expect(pool.weight([2], 0)).toBe(pool.weight([2], 0));
  expect(pool.weight([2], 1)).not.toBe(pool.weight([2], 1));
});

test('shapes are measured with symbols as one', () => {
  expect(extentOf(['batch', 2, 3])).toBe(6);
  expect([lastOf([2, 'n']), lastOf([2, 5]), lastOf([])]).toEqual([undefined, 5, undefined]);
  expect(withLast(['n', 4], 1)).toEqual(['n', 1]);
  expect([isSameShape(['n', 1], ['n', 1]), isSameShape([1], [1, 1])]).toEqual([true, false]);
});
