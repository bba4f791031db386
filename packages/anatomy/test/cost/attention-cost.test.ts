import { expect, test } from 'vitest';
import { countText, flopsOf } from '../support/count-text.ts';

/** Scores, scale, softmax (4) and the sum of values, for four heads of eight with `keys` keys. */
const attend = (batch: number, queries: number, keys: number, biased = 0) =>
  batch * 4 * queries * keys * (2 * 8 + 1 + biased + 4 + 2 * 8);
const three = (shape: string) => ['q', 'k', 'v'].map((name) => `float[${shape}] ${name}`).join(', ');

test.each([
  [three('2, 4, 6, 8'), 'y = Attention (q, k, v)', attend(2, 6, 6)],
  [three('2, 6, 32'), 'y = Attention <q_num_heads = 4, kv_num_heads = 4> (q, k, v)', attend(2, 6, 6)],
  [`${three('2, 4, 6, 8')}, float[6, 6] m`, 'y = Attention (q, k, v, m)', attend(2, 6, 6, 1)],
  [
    `${three('1, 4, 1, 8')}, float[1, 4, 9, 8] p, float[1, 4, 9, 8] w`,
    'y, a, b = Attention (q, k, v, , p, w)',
    attend(1, 1, 10),
  ],
  [three('2, 6, 32'), 'y = com.microsoft.MultiHeadAttention <num_heads = 4> (q, k, v)', attend(2, 6, 6)],
  [
    'float[2, 6, 32] q, float[2, 6, 16] k, float[2, 6, 16] v, int32[2] s, int32 t',
    'y, a, b = com.microsoft.GroupQueryAttention <num_heads = 4, kv_num_heads = 2> (q, k, v, , , s, t)',
    attend(2, 6, 6),
  ],
  [
    'float[2, 6, 16] x, float[16, 96] w, float[96] b',
    'y = com.microsoft.Attention <num_heads = 4> (x, w, b)',
    2 * 6 * 96 * (2 * 16 + 1) + attend(2, 6, 6),
  ],
  [
    'float[1, 4, 6, 8] x, int64[1, 6] p, float[9, 4] c, float[9, 4] s',
    'y = com.microsoft.RotaryEmbedding (x, p, c, s)',
    3 * 4 * 6 * 8,
  ],
])('%s: %s', (inputs, nodes, flops) => {
  expect(flopsOf(inputs, nodes)).toBe(flops);
});

test('fused or written out, attention is the same work', () => {
  const fused = flopsOf(three('2, 4, 6, 8'), 'y = Attention (q, k, v)');
  const written = flopsOf(
    `${three('2, 4, 6, 8')}, float s`,
    'a = Transpose <perm = [0, 1, 3, 2]> (k) b = MatMul (q, a) c = Mul (b, s) d = Softmax (c) y = MatMul (d, v)',
  );
  expect(fused).toBe(written);
});

test('a cache whose length only a run tells is said to be that', () => {
  const { flops, unknown } = countText(
    'float[1, 1, 32] q, float[1, 1, 32] k, float[1, 1, 32] v, float[1, 4, 64, 8] p, float[1, 4, 64, 8] w, int32[1] s, int32 t',
    'y, a, b = com.microsoft.GroupQueryAttention <num_heads = 4, kv_num_heads = 4> (q, k, v, p, w, s, t)',
  );
  expect(flops).toEqual({ least: 0, most: null });
  expect(unknown.map(({ reason }) => reason)).toEqual(['the length of its cache is only known in a run']);
});
