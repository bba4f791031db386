import { expect, test } from 'vitest';
import { countText, flopsOf } from '../support/count-text.ts';

const X = 'float[2, 3, 4] x';

test.each([
  [`${X}, float[4] w`, 'y = Add (x, w)', 24],
  [`float[3, 1] x, float[1, 4] w`, 'y = Mul (x, w)', 12],
  [`${X}, float[4] a, float[4] b`, 'y = Sum (x, a, b)', 48],
  [X, 'y = Erf (x)', 24],
  [X, 'y = Relu (x)', 0],
  [X, 'y = Gelu (x)', 5 * 24],
  [X, 'y = Gelu <approximate = "tanh"> (x)', 8 * 24],
  [X, 'y = Softmax (x)', 4 * 24],
  [`${X}, float[4] w`, 'y = LayerNormalization (x, w)', 6 * 24],
  [`${X}, float[4] w, float[4] b`, 'y = LayerNormalization (x, w, b)', 7 * 24],
  [`${X}, float[4] w`, 'y = RMSNormalization (x, w)', 4 * 24],
  [
    `${X}, float[2, 3, 4] s, float[4] w`,
    'y = com.microsoft.SkipSimplifiedLayerNormalization (x, s, w)',
    5 * 24,
  ],
  [
    `${X}, float[2, 3, 4] s, float[4] w, float[4] b`,
    'y = com.microsoft.SkipLayerNormalization (x, s, w, b)',
    8 * 24,
  ],
  [X, 'y = ReduceMean <keepdims = 1> (x)', 24 + 1],
  [X, 'y = ReduceMax <keepdims = 1> (x)', 0],
  ['uint8[2, 3] x, float s, uint8 z', 'y = DequantizeLinear (x, s, z)', 12],
  [X, 'a = Transpose (x) b = Cast <to = 10> (a) y = Slice (b, b, b)', 0],
])('%s: %s', (inputs, nodes, flops) => {
  expect(flopsOf(inputs, nodes)).toBe(flops);
});

test('updates that are put in place cost nothing, those that are added do', () => {
  const inputs = 'float[8, 4] x, int64[3, 1] i, float[3, 4] u';
  expect(flopsOf(inputs, 'y = ScatterND (x, i, u)')).toBe(0);
  expect(flopsOf(inputs, 'y = ScatterND <reduction = "add"> (x, i, u)')).toBe(12);
});

test('the nearest element is picked; interpolation is listed', () => {
  const inputs = 'float[1, 1, 4, 4] x, float[4] s';
  expect(flopsOf(inputs, 'y = Resize <mode = "nearest"> (x, , s)')).toBe(0);
  const { unknown } = countText(inputs, 'y = Resize <mode = "linear"> (x, , s)');
  expect(unknown.map(({ reason }) => reason)).toEqual(['no rule for linear interpolation']);
});

test('arithmetic on integers, as on shapes, is not counted', () => {
  expect(flopsOf('int64[2, 3] x', 'y = Add (x, x)')).toBe(0);
  expect(flopsOf('float16[2, 3] x', 'y = Add (x, x)')).toBe(6);
});

test('a norm, fused or written out, is much the same work', () => {
  const fused = flopsOf(`${X}, float[4] w`, 'y = RMSNormalization (x, w)');
  const written = flopsOf(
    `${X}, float[4] w, float e, int64[1] a`,
    'b = Mul (x, x) c = ReduceMean <axes = [-1]> (b) d = Add (c, e) f = Sqrt (d) g = Div (x, f) y = Mul (g, w)',
    {},
  );
  expect(written - fused).toBeLessThanOrEqual(3 * 6);
  expect(written).toBeGreaterThanOrEqual(fused);
});

test('an operator without a rule is listed, never silently nothing', () => {
  const { flops, unknown } = countText(X, 'a = acme.Magic (x) y = Relu (a)');
  expect(flops).toEqual({ least: 0, most: null });
  expect(unknown.map(({ node, reason }) => [node.opType, reason])).toEqual([
    ['Magic', 'no rule for acme.Magic'],
  ]);
});
