import { expect, it } from 'vitest';
import { explain, rewriteRule } from '../../src/index.ts';
import { modelOf } from './support.ts';

const rule = rewriteRule({
  name: 'scaled-relu',
  pattern: (op, x) => op.Mul(op.Relu(op.Add(x, 1)), 2),
  replace: (op, x) => op.Identity(x),
});

it('tells the node at fault and the reason, furthest attempts first', () => {
  const { model } = modelOf(['x', 'y'], (b, x = null as never, y = null as never) => [
    b.op('Mul', [x, b.float32([2], [])]),
    b.op('Mul', [b.op('Relu', [b.op('Add', [x, y])]), b.float32([2], [])]),
    b.op('Mul', [b.op('Relu', [b.op('Add', [x, b.float32([1], [])])]), b.float32([2], [])]),
  ]);
  const { candidates, matches, misses } = explain(model, rule);
  expect([candidates, matches]).toEqual([3, 1]);
  expect(misses.map(({ anchor, node }) => `${anchor}: ${node}`)).toEqual([
    'Mul mul_1: Add add',
    'Mul mul: Mul mul',
  ]);
  expect(misses[0]?.reason).toMatch(/constant/);
});

it('changes nothing and keeps as many misses as wanted', () => {
  const { model, graph } = modelOf(['x'], (b, x = null as never) =>
    Array.from({ length: 30 }, () => b.op('Mul', [x, b.op('Abs', [x])])),
  );
  expect(explain(model, rule, { limit: 4 }).misses).toHaveLength(4);
  expect(graph.nodeCount).toBe(60);
});
