import {
  type Calibrator,
  type Model,
  type PatchRecord,
  readModel,
  runPipeline,
  verify,
  writeModelBytes,
} from '@sentei/ir';
import { expect, test } from 'vitest';
import {
  type ForgettingOptions,
  forgettingModel,
} from '../../../anatomy/test/support/forgetting-attention.ts';
import { type AcpOptions, acp } from '../../src/acp.ts';
import { largestDifference, runModel } from '../support/run-model.ts';

const CHECKPOINT = 'checkpoints/fox-pro-6l/model.onnx';

async function prune(
  model: Model,
  options: AcpOptions,
  calibration?: Calibrator,
): Promise<readonly PatchRecord[]> {
  const context = { logger: console, judge: undefined, maxDrop: 0.01, progress: () => undefined };
  const records = await runPipeline(model, [acp(options)], {
    ...context,
    ...(calibration && { calibration }),
  });
  return records.flatMap((record) => record.patches);
}

function operators(model: Model): string[] {
  return [...model.graphs()].flatMap((graph) => [...graph.nodes()].map((node) => node.opType));
}

test.each<[AcpOptions, number]>([
  [{ form: 'fused' }, 1e-4],
  [{ target: 'cuda' }, 2e-2],
  [{ form: 'fused', precision: 'float16', target: 'cpu' }, 2e-2],
  [{ target: 'cuda', windows: false }, 2e-2],
])('keeps the outputs with %o, for short and long inputs', async (options, tolerance) => {
  for (const form of [
    {},
    { gate: 'softplus', mask: 'trilu' },
    { guard: true },
  ] satisfies ForgettingOptions[]) {
    const pruned = forgettingModel(form);
    const [patch] = await prune(pruned, options);
    expect(patch?.decision).toBe('applied');
    expect(verify(pruned)).toEqual([]);
    expect(operators(pruned)).toContain('GroupQueryAttention');
    for (const [batch, length] of [
      [2, 3],
      [1, 1600],
    ] as const) {
      const data = Float32Array.from({ length: batch * length * 16 }, (_, i) => Math.sin(i * i * 0.37));
      const x = { data, dims: [batch, length, 16] };
      const before = await runModel(forgettingModel(form), { x });
      expect(largestDifference(before, await runModel(pruned, { x }))).toBeLessThan(tolerance);
    }
  }
});

test('transposes no output back and forth', async () => {
  const model = forgettingModel();
  await prune(model, { form: 'fused' });
  expect([...model.graph.nodes()].map(({ opType }) => opType)).not.toContain('Transpose');
});

test('plans windows from the gate bias, or from what the gates are on data', async () => {
  const biased = await prune(forgettingModel({ gateBias: 2, gain: 1 }), { target: 'cuda' });
  expect(biased[0]?.reason).toMatch(/head 0 in a window of 1024, head 1 in a window of 3072/);
  const calibration: Calibrator = {
    async collect(_, taps) {
      expect(taps.map(({ axis }) => axis)).toEqual([2]);
      const mean = Float64Array.of(-1e-9, -2);
      const moments = { count: 1, mean, variance: mean, minimum: mean, maximum: mean };
      return { examples: 1, taps: [{ value: 'g', rows: 1, skipped: 0, features: 2, moments }] };
    },
  };
  const measured = await prune(forgettingModel({ gateBias: 2 }), { target: 'cuda' }, calibration);
  expect(measured[0]?.reason).toMatch(/head 1 in a window of 512, head 0 in full/);
});

test.each<[ForgettingOptions, AcpOptions, number | undefined, RegExp]>([
  [{}, { target: 'cuda', precision: 'float32' }, undefined, /16-bit/],
  [{}, { form: 'fused' }, 12, /opset 12/],
  [{ mask: 'none' }, { form: 'fused' }, undefined, /no causal mask/],
  [{ heads: 1, channels: 240 }, { target: 'cuda' }, undefined, /up to 256/],
])('refuses %o with %o and says why', async (form, options, opset, reason) => {
  const model = forgettingModel(form);
  if (opset !== undefined) model.opsetImports.set('', opset);
  const before = writeModelBytes(model);
  const [patch] = await prune(model, options);
  expect(patch?.decision).toBe('refused');
  expect(patch?.reason).toMatch(reason);
  expect(Buffer.compare(writeModelBytes(model), before)).toBe(0);
});

test('rewrites all layers of the shipped checkpoint, sharing what they have in common', async () => {
  const model = await readModel(CHECKPOINT);
  const patches = await prune(model, { target: 'cuda' });
  expect(patches.map(({ decision }) => decision)).toEqual(Array(6).fill('applied'));
  const [first] = patches;
  expect(first?.reason).toMatch(
    /^on fused attention in float16, from 32768 tokens on first tried with head 0/,
  );
  expect(verify(model)).toEqual([]);
  expect(model.opsetImports.get('com.microsoft')).toBe(1);
  expect(operators(model).filter((type) => type === 'Range')).toHaveLength(2);
  const once = writeModelBytes(model);
  expect((await prune(model, { target: 'cuda' })).map(({ decision }) => decision)).not.toContain('applied');
  expect(Buffer.compare(writeModelBytes(model), once)).toBe(0);
});
