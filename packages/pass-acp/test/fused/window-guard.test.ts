import { Graph, GraphBuilder, Model, Tensor, tensorType, Value } from '@sentei/ir';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planFused } from '../../src/fused/fused-plan.ts';
import { runningSums } from '../../src/fused/running-sums.ts';
import { safeChoices } from '../../src/fused/window-guard.ts';
import { visibleFrom } from '../support/attention-model.ts';
import { runModel } from '../support/run-model.ts';

const WINDOWS = [128, 256, 384, 512, Number.POSITIVE_INFINITY];
const THRESHOLD = -12;

/** Whether each of the windows is safe for both heads of gates x [1, L, 2], as numbers. */
function guardModel(opset: number, firstVisible?: number): Model {
  const x = new Value('x', tensorType('float32', [1, 'length', 2]));
  const graph = new Graph('main', [x]);
  const b = new GraphBuilder(graph);
  const plan = planFused(b, x, { batch: 0, position: 1 }, 0);
  const { before } = runningSums(b, x, plan.pads, 2, b.float32([-1000], []));
  const threshold = b.constant(Tensor.floats([THRESHOLD], [], 'float64'));
  const heads = b.op('Transpose', [x], { attributes: { perm: [0n, 2n, 1n] } });
  const padding = firstVisible === undefined ? undefined : visibleFrom(b, heads, firstVisible);
  const windows = WINDOWS.map((window) => [window, window]);
  const safe = safeChoices(b, { plan, before, threshold, padding, opset }, windows);
  const rows = safe.map((value) => b.op('Unsqueeze', [value, b.int64([0])]));
  const y = b.op('Cast', [b.op('Concat', rows, { attributes: { axis: 0n } })], {
    attributes: { to: 1n },
    types: [tensorType('float32', [WINDOWS.length])],
  });
  graph.setOutputs([y]);
  return new Model(graph, [['', opset]]);
}

/** The largest bias of any key outside of a window of `window` keys. */
function largestOutside(gates: Float32Array, window: number): number {
  const length = gates.length / 2;
  let largest = Number.NEGATIVE_INFINITY;
  for (let head = 0; head < 2; head++) {
    const sums = new Float64Array(length);
    for (let i = 0, sum = 0; i < length; i++) {
      sum += gates[2 * i + head] ?? 0;
      sums[i] = sum;
    }
    for (let i = window; i < length; i++)
      largest = Math.max(largest, (sums[i] ?? 0) - (sums[i - window] ?? 0));
  }
  return largest;
}

test('calls a window safe only if every key outside of it is below the threshold, and not much later', async () => {
  const model = guardModel(18);
  const counts = { safe: 0, unsafe: 0 };
  const arbitrary = fc.record({
    length: fc.integer({ min: 1, max: 700 }),
    rate: fc.constantFrom(0.01, 0.05, 0.1, 0.3, 3),
    open: fc.integer({ min: 0, max: 700 }),
    gap: fc.integer({ min: 0, max: 300 }),
    seed: fc.integer({ min: 1, max: 1000 }),
  });
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ length, rate, open, gap, seed }) => {
      const gates = Float32Array.from({ length: 2 * length }, (_, index) => {
        const isOpen = index / 2 >= open && index / 2 < open + gap;
        return isOpen ? 0 : (-rate * ((index * seed * 7919) % 1009)) / 500;
      });
      const safe = await runModel(model, { x: { data: gates, dims: [1, length, 2] } });
      for (const [index, window] of WINDOWS.entries()) {
        if (safe[index] === 1) {
          expect(largestOutside(gates, window)).toBeLessThan(THRESHOLD);
          counts.safe++;
        } else {
          // The guard counts in chunks: two of them are what it may give away.
          expect(largestOutside(gates, Math.max(window - 256, 1))).toBeGreaterThanOrEqual(THRESHOLD);
          counts.unsafe++;
        }
      }
      expect(safe[WINDOWS.length - 1]).toBe(1);
    }),
    { numRuns: 40, seed: 11 },
  );
  expect(Math.min(counts.safe, counts.unsafe)).toBeGreaterThan(30);
});

test('asks for all keys to be visible', async () => {
  const x = { data: new Float32Array(1200).fill(-1), dims: [1, 600, 2] };
  expect([...(await runModel(guardModel(18, 0), { x }))]).toEqual([0, 1, 1, 1, 1]);
  expect([...(await runModel(guardModel(18, 1), { x }))]).toEqual([0, 0, 0, 0, 1]);
});

test('is the same at an opset whose ReduceMax has its axes as an attribute', async () => {
  const x = { data: new Float32Array(1200).fill(-0.04), dims: [1, 600, 2] };
  expect([...(await runModel(guardModel(13), { x }))]).toEqual([...(await runModel(guardModel(18), { x }))]);
});
