import { type Model, Tensor } from '@sentei/ir';
import { expect, test } from 'vitest';
import { forgettingModel } from '../../../anatomy/test/support/forgetting-attention.ts';
import { toDecoder } from '../../src/index.ts';
import { decodeRows, randomRows } from '../support/run-decoder.ts';
import { largestDifference, runModel } from '../support/run-model.ts';

const HEADS = 5;

/** A model whose heads differ in how fast they forget, in no order. */
function mixed(): Model {
  const model = forgettingModel({ heads: HEADS, channels: 4 });
  for (const value of model.graph.initializers) {
    if (value.tensor?.dims.length === 1 && value.tensor.isFloat && value.tensor.size === HEADS)
      value.tensor = Tensor.floats([4, -3, 2, -1, 0], [HEADS]);
  }
  return model;
}

test.each([
  [8, [[0], [1], [2], [3], [4]]],
  [
    2,
    [
      [1, 3],
      [0, 2, 4],
    ],
  ],
  [3, [[1], [3, 4], [0, 2]]],
  [1, [[0, 1, 2, 3, 4]]],
])('with at most %d groups heads of like gates share a state', async (groups, expected) => {
  const decoder = mixed();
  expect(toDecoder(decoder, { epsilon: 1e-4, groups }).attention).toMatchObject([{ groups: expected }]);
  const x = randomRows(2, 9, HEADS * 4, 3);
  const { rows } = await decodeRows(decoder, { x }, [4, 1, 4]);
  expect(largestDifference(await runModel(mixed(), { x }), rows)).toBeLessThan(1e-4 + 2e-5);
});

test('heads that keep all keys share one state, unless rows alone are returned', () => {
  expect(toDecoder(mixed()).attention[0]?.groups).toEqual([[0, 1, 2, 3, 4]]);
  expect(toDecoder(mixed(), { returns: 'rows' }).attention[0]?.groups).toHaveLength(HEADS);
});
