import { expect, test } from 'vitest';
import { flopsOf } from '../support/count-text.ts';

const STEPS = 5 * 2;

test.each([
  [
    'float[5, 2, 3] x, float[1, 16, 3] w, float[1, 16, 4] r',
    'y = LSTM <hidden_size = 4> (x, w, r)',
    STEPS * (2 * 16 * (3 + 4) + 16 + 9 * 4),
  ],
  [
    'float[5, 2, 3] x, float[1, 16, 3] w, float[1, 16, 4] r, float[1, 32] b',
    'y = LSTM <hidden_size = 4> (x, w, r, b)',
    STEPS * (2 * 16 * (3 + 4) + 16 + 32 + 9 * 4),
  ],
  [
    'float[5, 2, 3] x, float[2, 12, 3] w, float[2, 12, 4] r',
    'y = GRU <hidden_size = 4, direction = "bidirectional"> (x, w, r)',
    STEPS * 2 * (2 * 12 * (3 + 4) + 12 + 8 * 4),
  ],
  [
    'float[5, 2, 3] x, float[1, 4, 3] w, float[1, 4, 4] r',
    'y = RNN <hidden_size = 4> (x, w, r)',
    STEPS * (2 * 4 * (3 + 4) + 4 + 4),
  ],
])('%s: %s', (inputs, nodes, flops) => {
  expect(flopsOf(inputs, nodes)).toBe(flops);
});
