import type { Node } from '@sentei/ir';
import { inferTypes, parseModel } from '@sentei/ir';
import { expect, test } from 'vitest';
import { countTrips } from '../../src/cost/count-trips.ts';
import { Operation } from '../../src/cost/operation.ts';

const HEADER = '<ir_version: 10, opset_import: ["": 21]>';

function tripsOf(inputs: string, nodes: string, given = {}) {
  const model = parseModel(`${HEADER} g (${inputs}) => (y) { ${nodes} }`);
  let node: Node | undefined;
  for (const each of model.graph.nodes()) node = each;
  return node && countTrips(new Operation(node, inferTypes(model, given)));
}

const body = (condition: string) =>
  `<body = b (int64 i, bool c, float[2] s) => (bool d, float[2] t) { ${condition} t = Mul (s, s) }>`;
const loop = (inputs: string, condition = 'd = Identity (c)') => `y = Loop (${inputs}) ${body(condition)}`;
const SEVEN = 'm = Constant <value = int64 {7}> ()';
const TRUE = 'k = Constant <value = bool {1}> ()';

test('a loop that always goes on runs as often as it says', () => {
  expect(tripsOf('float[2] x', `${SEVEN} ${loop('m, "", x')}`)).toEqual({ least: 7, most: 7 });
  expect(tripsOf('float[2] x', `${SEVEN} ${TRUE} ${loop('m, k, x')}`)).toEqual({ least: 7, most: 7 });
  const constant = loop('m, "", x', 'd = Constant <value = bool {1}> ()');
  expect(tripsOf('float[2] x', `${SEVEN} ${constant}`)).toEqual({ least: 7, most: 7 });
});

test('a loop that may end early runs as often at most', () => {
  expect(tripsOf('float[2] x, bool k', `${SEVEN} ${loop('m, k, x')}`)).toEqual({ least: 0, most: 7 });
  const ends = loop('m, "", x', 'd = Not (c)');
  expect(tripsOf('float[2] x', `${SEVEN} ${ends}`)).toEqual({ least: 1, most: 7 });
});

test('a trip count that only a run tells is not known, unless the run is given', () => {
  const inputs = 'float[2] x, int64 m';
  expect(tripsOf(inputs, loop('m, "", x'))).toEqual({ least: 0, most: null });
  expect(tripsOf(inputs, loop('m, "", x'), { m: { dims: [], integers: [3] } })).toEqual({
    least: 3,
    most: 3,
  });
});

test('a scan runs once for each slice', () => {
  const scan = 'y = Scan <num_scan_inputs = 1, body = b (float[2] r) => (float[2] t) { t = Mul (r, r) }> (x)';
  expect(tripsOf('float[5, 2] x', scan)).toEqual({ least: 5, most: 5 });
  expect(tripsOf('float[n, 2] x', scan)).toEqual({ least: 0, most: null });
});

test('other nodes do not repeat', () => {
  expect(tripsOf('float[2] x', 'y = Mul (x, x)')).toBeUndefined();
});
