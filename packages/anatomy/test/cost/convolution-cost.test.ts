import { expect, test } from 'vitest';
import { flopsOf } from '../support/count-text.ts';

const IMAGE = 'float[2, 8, 10, 10] x';

test.each([
  [`${IMAGE}, float[16, 8, 3, 3] w`, 'y = Conv (x, w)', 2 * (2 * 16 * 8 * 8) * 8 * 9],
  [
    `${IMAGE}, float[16, 8, 3, 3] w, float[16] b`,
    'y = Conv <pads = [1, 1, 1, 1]> (x, w, b)',
    (2 * 8 * 9 + 1) * 2 * 16 * 100,
  ],
  [`${IMAGE}, float[8, 1, 3, 3] w`, 'y = Conv <group = 8> (x, w)', 2 * (2 * 8 * 8 * 8) * 9],
  [
    `${IMAGE}, float[16, 4, 1, 1] w`,
    'y = Conv <group = 2, strides = [2, 2]> (x, w)',
    2 * (2 * 16 * 5 * 5) * 4,
  ],
  [`${IMAGE}, float[8, 4, 3, 3] w`, 'y = ConvTranspose (x, w)', 2 * (2 * 8 * 100) * 4 * 9],
  ['uint8[1, 4, 6] x, uint8[2, 4, 3] w', 'y = ConvInteger (x, w)', 2 * (2 * 4) * 4 * 3],
  [
    `${IMAGE}, float[16, 8, 3, 3] w`,
    'y = com.microsoft.FusedConv <activation = "Relu"> (x, w)',
    (2 * 8 * 9 + 1) * 2 * 16 * 64,
  ],
  [IMAGE, 'y = AveragePool <kernel_shape = [2, 2], strides = [2, 2]> (x)', 2 * 8 * 25 * 4],
  [IMAGE, 'y = GlobalAveragePool (x)', 2 * 8 * 100 + 2 * 8],
  [IMAGE, 'y = MaxPool <kernel_shape = [2, 2]> (x)', 0],
])('%s: %s', (inputs, nodes, flops) => {
  expect(flopsOf(inputs, nodes)).toBe(flops);
});

test('groups share the work of a dense convolution', () => {
  const dense = flopsOf(`${IMAGE}, float[16, 8, 3, 3] w`, 'y = Conv (x, w)');
  expect(flopsOf(`${IMAGE}, float[16, 2, 3, 3] w`, 'y = Conv <group = 4> (x, w)')).toBe(dense / 4);
});
