import {
  type Decision,
  type Model,
  type PatchRecord,
  readModel,
  runPipeline,
  tensorType,
  verify,
  writeModelBytes,
} from '@sentei/ir';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ForgettingOptions, forgettingModel } from '../../anatomy/test/support/forgetting-attention.ts';
import { ACP_DEFAULTS, type AcpOptions, acp } from '../src/acp.ts';
import { largestDifference, runModel } from './support/run-model.ts';

const CHECKPOINT = 'checkpoints/fox-pro-6l/model.onnx';

/** Small blocks, so that short inputs already have many. */
const SMALL = { block: 16, tile: 4, whole: 20 } as const;

async function prune(model: Model, options: AcpOptions = {}): Promise<readonly PatchRecord[]> {
  const context = { logger: console, judge: undefined, maxDrop: 0.01, progress: () => undefined };
  const records = await runPipeline(model, [acp(options)], context);
  return records.flatMap((record) => record.patches);
}

function decisions(patches: readonly PatchRecord[]): Decision[] {
  return patches.map((patch) => patch.decision);
}

function randomInput(batch: number, length: number, width: number, seed: number, scale = 1) {
  let state = seed + 1;
  const data = Float32Array.from({ length: batch * length * width }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return scale * ((2 * state) / 2_147_483_647 - 1);
  });
  return { data, dims: [batch, length, width] };
}

test.each([
  { gate: 'log-sigmoid', mask: 'where' },
  { gate: 'softplus', mask: 'where' },
  { mask: 'additive' },
  { mask: 'trilu' },
  { mask: 'leading-axes' },
  { mask: 'masked-fill' },
  { mask: 'in-bias', gate: 'softplus' },
  { mask: 'triu-bias' },
  { guard: true, gateBias: -17 },
  { heads: 3, channels: 4 },
  { gateBias: 4 },
  { gain: 10 },
  { norm: 'none' },
  { fill: -1e9 },
] satisfies ForgettingOptions[])('keeps the outputs of %o at every length and batch', async (options) => {
  const original = forgettingModel(options);
  const pruned = forgettingModel(options);
  expect(decisions(await prune(pruned, SMALL))).toEqual(['applied']);
  expect(verify(pruned)).toEqual([]);
  const width = (options.heads ?? 2) * (options.channels ?? 8);
  for (const length of [1, 2, 15, 16, 17, 20, 21, 32, 33, 48, 61, 150]) {
    for (const batch of [1, 3]) {
      const x = randomInput(batch, length, width, length);
      const difference = largestDifference(await runModel(original, { x }), await runModel(pruned, { x }));
      expect(difference, `length ${length}, batch ${batch}`).toBeLessThan(1e-4);
    }
  }
});

test('what is left out of a row weighs less than epsilon, for every input', async () => {
  const arbitrary = fc.record({
    epsilon: fc.double({ min: 1e-6, max: 0.5, noNaN: true }),
    gain: fc.double({ min: 0.1, max: 2, noNaN: true }),
    gateBias: fc.double({ min: -8, max: 8, noNaN: true }),
    scale: fc.constantFrom(0.01, 1, 30),
    length: fc.integer({ min: 21, max: 90 }),
    seed: fc.integer({ min: 0, max: 1000 }),
  });
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ epsilon, gain, gateBias, scale, length, seed }) => {
      const options: ForgettingOptions = { gain, gateBias, values: 'input' };
      const pruned = forgettingModel(options);
      await prune(pruned, { ...SMALL, epsilon });
      const x = randomInput(1, length, 16, seed, scale);
      // Values in [−1, 1]: leaving out a share of epsilon moves an output by less than 2 epsilon.
      const values = { ...randomInput(1, length, 16, seed + 7), dims: [1, 2, length, 8] };
      const feeds = { x, values };
      const before = await runModel(forgettingModel(options), feeds);
      const after = await runModel(pruned, feeds);
      // After a gate that underflows to 0 the original has no number; the pruned model always has.
      expect(after.every(Number.isFinite)).toBe(true);
      const defined = after.map((y, i) => (Number.isNaN(before[i]) ? Number.NaN : y));
      expect(largestDifference(before, defined)).toBeLessThan(2 * epsilon + 1e-4);
    }),
    { numRuns: 40, seed: 7 },
  );
});

test('forgotten keys are not read at all', async () => {
  const options: ForgettingOptions = { gateBias: -3, values: 'input' };
  const pruned = forgettingModel(options);
  await prune(pruned, SMALL);
  const length = 200;
  const x = randomInput(1, length, 16, 3);
  const values = { data: new Float32Array(length * 16).fill(1), dims: [1, 2, length, 8] };
  for (let head = 0; head < 2; head++) values.data.fill(Number.NaN, head * length * 8, head * length * 8 + 8);
  const untouched = (output: Float32Array) => output.slice(-16).every((y) => Math.abs(y - 1) < 1e-5);
  expect(untouched(await runModel(forgettingModel(options), { x, values }))).toBe(false);
  expect(untouched(await runModel(pruned, { x, values }))).toBe(true);
});

test.each([
  [{ gate: 'unbounded' }, /neither a forget bias nor a causal mask/],
  [{ mask: 'none' }, /no causal mask/],
  [{ fill: -100 }, /does not rule out masked keys/],
  // Added to a forget bias that grows towards the future, no such fill outweighs it for every input.
  [{ mask: 'additive', fill: -1e4 }, /does not rule out masked keys/],
  [{ mask: 'triu-bias', fill: -65504 }, /does not rule out masked keys/],
] satisfies [ForgettingOptions, RegExp][])('refuses %o and says why', async (options, reason) => {
  const model = forgettingModel(options);
  const before = writeModelBytes(model);
  const patches = await prune(model);
  expect(decisions(patches)).toEqual(['refused']);
  expect(patches[0]?.reason).toMatch(reason);
  expect(writeModelBytes(model)).toEqual(before);
});

test('refuses operands that would be broadcast, and IR versions whose constants are inputs', async () => {
  const model = forgettingModel({ values: 'input' });
  const [, values] = model.graph.inputs;
  if (values) values.type = tensorType('float32', [1, 2, 'sequence', 8]);
  expect((await prune(model))[0]?.reason).toMatch(/batches of queries, keys, values and gates may differ/);
  const old = forgettingModel();
  old.irVersion = 3;
  expect((await prune(old))[0]?.reason).toMatch(/IR version 3/);
});

test('refuses an opset without the operators it needs', async () => {
  const model = forgettingModel();
  model.opsetImports.set('', 12);
  expect((await prune(model))[0]?.reason).toMatch(/opset 12/);
});

test('options out of range are named', () => {
  expect(() => acp({ epsilon: 2 })).toThrow(
    expect.objectContaining({ code: 'invalid-option', subject: 'epsilon' }),
  );
  expect(() => acp({ tiles: 2 } as AcpOptions)).toThrow(expect.objectContaining({ code: 'unknown-option' }));
});

test('bounds the scores of the shipped checkpoint as its card says and rewrites all six layers', async () => {
  const model = await readModel(CHECKPOINT);
  const patches = await prune(model);
  expect(decisions(patches)).toEqual(Array(6).fill('applied'));
  const bounds = patches.map((patch) => Number(patch.scores.scoreBound?.toFixed(1)));
  expect(bounds).toEqual([11.1, 9.2, 11.1, 29.7, 26.6, 21.4]);
  expect([...model.graph.nodes()].filter((node) => node.is('Softmax'))).toEqual([]);
});

test('a second run finds nothing to rewrite', async () => {
  const model = forgettingModel();
  await prune(model, SMALL);
  const once = writeModelBytes(model);
  expect(decisions(await prune(model, SMALL))).not.toContain('applied');
  expect(writeModelBytes(model)).toEqual(once);
});

test('defaults are the documented ones', () => {
  expect(ACP_DEFAULTS).toEqual({
    ...{ epsilon: 4.5e-5, block: 192, tile: 32, whole: 512 },
    ...{ target: 'cpu', form: 'auto', precision: 'auto', windows: true },
  });
});
