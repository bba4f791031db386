import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countText, flopsOf } from '../support/count-text.ts';

test.each([
  ['float[3, 4] a, float[4, 5] b', 'y = MatMul (a, b)', 2 * 3 * 5 * 4],
  ['float[2, 6, 3, 4] a, float[6, 4, 5] b', 'y = MatMul (a, b)', 2 * 2 * 6 * 3 * 5 * 4],
  ['float[4] a, float[4] b', 'y = MatMul (a, b)', 2 * 4],
  ['uint8[3, 4] a, uint8[4, 5] b', 'y = MatMulInteger (a, b)', 2 * 3 * 5 * 4],
  ['float[3, 4] a, float[4, 5] b', 'y = Gemm (a, b)', 2 * 3 * 5 * 4],
  ['float[3, 4] a, float[4, 5] b, float[5] c', 'y = Gemm (a, b, c)', 2 * 3 * 5 * 4 + 15],
  [
    'float[4, 3] a, float[5, 4] b',
    'y = Gemm <transA = 1, transB = 1, alpha = 0.5> (a, b)',
    2 * 3 * 5 * 4 + 15,
  ],
  ['float[4, 3] a, float[4, 5] b', 'y = com.microsoft.FusedMatMul <transA = 1> (a, b)', 2 * 3 * 5 * 4],
  [
    'float[3, 64] a, uint8[8, 2, 16] b, float[16] s',
    'y = com.microsoft.MatMulNBits <K = 64, N = 8, bits = 4, block_size = 32> (a, b, s)',
    2 * 3 * 8 * 64,
  ],
  ['float[2, 3, 4] a, float[2, 4, 5] b', 'y = Einsum <equation = "bij,bjk->bik"> (a, b)', 2 * 2 * 3 * 4 * 5],
  [
    'float[7, 3, 4] a, float[4, 5] b',
    'y = Einsum <equation = "...ij, jk -> ...ik"> (a, b)',
    2 * 7 * 3 * 4 * 5,
  ],
  ['float[3] a, float[5] b', 'y = Einsum <equation = "i,j->ij"> (a, b)', 15],
  ['float[3, 5] a', 'y = Einsum <equation = "ij->ji"> (a)', 0],
  ['float[3, 5] a', 'y = Einsum <equation = "ij->i"> (a)', 15],
])('%s: %s', (inputs, nodes, flops) => {
  expect(flopsOf(inputs, nodes)).toBe(flops);
});

test('as one product or as an Einsum, it is the same work', () => {
  const extent = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(extent, extent, extent, extent, (b, i, j, k) => {
      fc.pre(j > 1);
      const inputs = `float[${b}, ${i}, ${j}] a, float[${b}, ${j}, ${k}] b`;
      const einsum = flopsOf(inputs, 'y = Einsum <equation = "bij,bjk->bik"> (a, b)');
      expect(einsum).toBe(flopsOf(inputs, 'y = MatMul (a, b)'));
    }),
  );
});

test('packed weights that do not say their sizes are unknown', () => {
  const { unknown } = countText(
    'float[3, 64] a, uint8[64] b',
    'y = com.microsoft.MatMulNBits <N = 8> (a, b)',
  );
  expect(unknown).toHaveLength(1);
});
