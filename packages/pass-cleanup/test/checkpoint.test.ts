import { fileURLToPath } from 'node:url';
import { countModel, type Model, readModel, runPipeline, verify, writeModelBytes } from '@sentei/ir';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { cleanup } from '../src/cleanup.ts';
import { run } from './support/tiny.ts';

const path = fileURLToPath(new URL('../../../checkpoints/fox-pro-6l/model.onnx', import.meta.url));
const context = {
  logger: { info: () => undefined, warn: () => undefined },
  judge: undefined,
  maxDrop: 0,
  progress: () => undefined,
};

async function cleaned(): Promise<Model> {
  const model = await readModel(path);
  await runPipeline(model, [cleanup()], context);
  return model;
}

describe('cleanup of the shipped checkpoint', () => {
  it('gives the same numbers from fewer nodes in a smaller file, and has nothing left to do', async () => {
    const original = await readModel(path);
    const model = await cleaned();
    expect(verify(model)).toEqual([]);
    // 31 norms lose their Reciprocal, 12 shifts four nodes each; 6 split products take one more.
    expect(countModel(original).nodes - countModel(model).nodes).toBe(31 + 12 * 4 - 6);
    expect(writeModelBytes(model).length).toBeLessThan(writeModelBytes(original).length);
    expect(countModel(model).bytes - countModel(original).bytes).toBeLessThan(64);
    const [again] = await runPipeline(model, [cleanup()], context);
    expect(again?.patches).toEqual([]);
    const tokens = BigInt64Array.from({ length: 48 }, (_, i) => BigInt((i * 37) % 256));
    const feeds = { input_ids: new Tensor('int64', tokens, [1, 48]) };
    const [expected, result] = [await run(original, feeds), await run(model, feeds)];
    const [a, b] = [Object.values(expected)[0], Object.values(result)[0]];
    expect(b?.dims).toEqual(a?.dims);
    const difference = Math.max(
      ...(a?.data ?? []).map((value, i) => Math.abs(value - (b?.data[i] ?? Number.NaN))),
    );
    expect(difference).toBeLessThan(1e-4);
  });

  it('keeps metadata, names and symbolic dimensions', async () => {
    const [original, model] = [await readModel(path), await cleaned()];
    const facts = ({ graph, metadataProps }: Model) => ({
      metadata: [...metadataProps],
      graph: [...graph.metadataProps],
      interface: [...graph.inputs, ...graph.outputs].map(({ name, type, metadataProps: own }) => ({
        name,
        type,
        own: [...own],
      })),
    });
    expect(facts(model)).toEqual(facts(original));
    const before = new Map([...original.graph.nodes()].map((node) => [node.name, [...node.metadataProps]]));
    const kept = [...model.graph.nodes()].filter((node) => before.has(node.name));
    expect(model.graph.nodeCount - kept.length).toBe(6);
    for (const node of kept) expect([...node.metadataProps]).toEqual(before.get(node.name));
  });
});
