import { fileURLToPath } from 'node:url';
import { type Model, readModel, runPipeline, takeSnapshot, verify, writeModelBytes } from '@sentei/ir';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { cleanup } from '../src/cleanup.ts';
import { fuse } from '../src/fuse.ts';
import type { Target } from '../src/fusing/kernels.ts';
import { operators, run } from './support/tiny.ts';

const path = fileURLToPath(new URL('../../../checkpoints/fox-pro-6l/model.onnx', import.meta.url));
const context = {
  logger: { info: () => undefined, warn: () => undefined },
  judge: undefined,
  maxDrop: 0,
  progress: () => undefined,
};

async function fused(target: Target): Promise<Model> {
  const model = await readModel(path);
  await runPipeline(model, [cleanup(), fuse({ target })], context);
  return model;
}

function counts(model: Model): Record<string, number> {
  const found: Record<string, number> = {};
  for (const opType of operators(model)) found[opType] = (found[opType] ?? 0) + 1;
  return found;
}

describe('fuse of the shipped checkpoint', () => {
  it.each(['cpu', 'cuda'] as const)(
    'gives the same numbers for %s, and a second run finds nothing',
    async (target) => {
      const original = await readModel(path);
      const model = await fused(target);
      expect(verify(model)).toEqual([]);
      const [again] = await runPipeline(model, [fuse({ target })], context);
      expect(again?.patches.filter(({ decision }) => decision === 'applied')).toEqual([]);
      expect(writeModelBytes(model).length).toBeLessThan(writeModelBytes(original).length);
      const tokens = BigInt64Array.from({ length: 48 }, (_, i) => BigInt((i * 37) % 256));
      const feeds = { input_ids: new Tensor('int64', tokens, [1, 48]) };
      const [expected, result] = [await run(original, feeds), await run(model, feeds)].map(
        (all) => Object.values(all)[0],
      );
      expect(result?.dims).toEqual(expected?.dims);
      const difference = Math.max(
        ...(expected?.data ?? []).map((value, i) => Math.abs(value - (result?.data[i] ?? Number.NaN))),
      );
      expect(difference).toBeLessThan(2e-4);
    },
  );

  it('leaves one operator for each norm, activation and group of projections for CUDA', async () => {
    const found = counts(await fused('cuda'));
    // 12 residual sums with their norms, 18 norms of heads and the first one; one product for all projections of a layer.
    expect(found).toMatchObject({
      SkipSimplifiedLayerNormalization: 12,
      SimplifiedLayerNormalization: 19,
      QuickGelu: 6,
      MatMul: 6 * (5 + 2) + 1,
      Split: 12,
    });
    expect(found.ReduceMean).toBeUndefined();
    expect(found.Div).toBeUndefined();
  });

  it('refuses options that are none', () => {
    expect(() => fuse({ target: 'tpu' as Target })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });

  it('puts opset imports back when it is undone', async () => {
    const model = await readModel(path);
    const before = writeModelBytes(model);
    const undo = takeSnapshot(model);
    await runPipeline(model, [fuse()], context);
    expect(model.opsetImports.get('com.microsoft')).toBe(1);
    undo();
    expect(model.opsetImports.has('com.microsoft')).toBe(false);
    expect(Buffer.compare(writeModelBytes(model), before)).toBe(0);
  });
});
