import { expect, test } from 'vitest';
import { planFused } from '../../src/fused/fused-plan.ts';
import { runtimeThreshold } from '../../src/fused/runtime-threshold.ts';
import { arrange } from '../../src/matching/operand.ts';
import { attentionInputs, feedsFor, modelOf } from '../support/attention-model.ts';
import { runModel } from '../support/run-model.ts';

const SIZES = { batch: 2, heads: 3, length: 50, channels: 8 };
const EPSILON = 1e-4;

/** The threshold for an input, of one head or each. */
async function thresholds(scoreBound: number | undefined, opset = 18): Promise<number[]> {
  const { graph, b, attention } = attentionInputs(SIZES, { scoreBound });
  const plan = planFused(b, attention.query.value, { batch: 0, position: 2 }, 0);
  const rows = (operand: typeof attention.query) =>
    arrange(b, operand, ['batch', 'position', 'head', 'channel']);
  const operands = { query: rows(attention.query), key: rows(attention.key) };
  const value = runtimeThreshold(b, attention, plan, operands, { epsilon: EPSILON, opset });
  const model = modelOf(graph, b, value);
  model.opsetImports.set('', opset);
  return [
    ...(await runModel(
      model,
      feedsFor(SIZES, () => 0),
    )),
  ];
}

const fixed = Math.log(EPSILON) - Math.log(SIZES.length);

test('takes U from the weights where they bound it', async () => {
  const [found] = await thresholds(5);
  expect(found).toBeLessThanOrEqual(-10 + fixed);
  expect(found).toBeGreaterThan(-10 + fixed - 0.1);
});

test.each([13, 18])(
  'takes U of each head from the largest norms of the input, at opset %i',
  async (opset) => {
    const found = await thresholds(undefined, opset);
    expect(found).toHaveLength(SIZES.heads);
    const { q, k } = feedsFor(SIZES, () => 0);
    const { batch, heads, length, channels } = SIZES;
    for (const [head, threshold] of found.entries()) {
      const largest = ({ data }: typeof q) => {
        let most = 0;
        for (let item = 0; item < batch; item++)
          for (let i = 0; i < length; i++) {
            const start = ((item * heads + head) * length + i) * channels;
            most = Math.max(most, Math.hypot(...data.slice(start, start + channels)));
          }
        return most;
      };
      const bound = (largest(q) * largest(k)) / Math.sqrt(channels);
      expect(threshold).toBeLessThanOrEqual(-2 * bound + fixed);
      expect(threshold).toBeGreaterThan(-2 * bound + fixed - 0.1);
    }
  },
);
