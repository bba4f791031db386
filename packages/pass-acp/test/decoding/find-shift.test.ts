import { Graph, GraphBuilder, inferTypes, Model, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { findShift } from '../../src/decoding/find-shift.ts';

type Build = (b: GraphBuilder, x: Value) => Value;

function shiftIn(build: Build) {
  const x = new Value('x', tensorType('float32', ['batch', 'sequence', 4]));
  const graph = new Graph('shifted', [x]);
  const y = build(new GraphBuilder(graph), x);
  graph.setOutputs([y]);
  const types = inferTypes(new Model(graph, [['', 18]], 10));
  const found = y.producer === null ? undefined : findShift(y.producer, types);
  return found && { axis: found.axis, rows: found.rows, ofInput: found.input === x };
}

const pad = (before: number, after: number, fill?: number): Build => {
  return (b, x) =>
    b.op('Pad', [
      x,
      b.int64([before, after]),
      fill === undefined ? null : b.float32([fill], []),
      b.int64([1]),
    ]);
};
const concat = (rows: number, end: number, fill = 0): Build => {
  return (b, x) => {
    const head = b.op('Slice', [x, b.int64([0]), b.int64([rows]), b.int64([1])]);
    const filled = b.op('Expand', [b.float32([fill], []), b.op('Shape', [head])]);
    const rest = b.op('Slice', [x, b.int64([0]), b.int64([end]), b.int64([1])]);
    return b.op('Concat', [filled, rest], { attributes: { axis: 1n } });
  };
};

test.each([
  ['one row by Pad', pad(1, -1), 1],
  ['three rows by Pad', pad(3, -3), 3],
  ['one row by Concat', concat(1, -1), 1],
])('%s is a shift', (_, build, rows) => {
  expect(shiftIn(build)).toEqual({ axis: 1, rows, ofInput: true });
});

test.each([
  ['a shift towards the past', pad(-1, 1)],
  ['plain padding', pad(1, 0)],
  ['padding with ones', pad(1, -1, 1)],
  ['a Concat of ones', concat(1, -1, 1)],
  ['a Concat that grows', concat(2, -1)],
  ['a product', (b, x) => b.op('Mul', [x, x])],
] satisfies [string, Build][])('%s is none', (_, build) => {
  expect(shiftIn(build)).toBeUndefined();
});
