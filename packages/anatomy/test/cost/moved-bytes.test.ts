import { expect, test } from 'vitest';
import { countText } from '../support/count-text.ts';

test.each([
  ['float[3, 4] a, float[4, 5] b', 'y = MatMul (a, b)', 4 * (12 + 20 + 15)],
  ['float16[3, 4] a', 'y = Add (a, a)', 2 * (12 + 12)],
  ['float[1000, 4] a, int64[2] i', 'y = Gather (a, i)', 2 * 4 * 8],
  ['float[3, 4] a, int64[1] s', 'y = Reshape (a, s)', 0],
  ['bool[8] c, float[8] a', 'y = Where (c, a, a)', 8 + 32 + 32],
])('%s: %s', (inputs, nodes, bytes) => {
  expect(countText(inputs, nodes).bytes).toBe(bytes);
});

test('nodes of unknown sizes are left out', () => {
  const { bytes, nodes } = countText('float[4] a, b', 'c = Mul (a, a) y = com.microsoft.Gelu (b)');
  expect([bytes, nodes.map(({ bytes: own }) => own)]).toEqual([32, [32]]);
});
