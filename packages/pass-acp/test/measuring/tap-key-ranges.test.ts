import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Model, runPipeline, verify, writeModel } from '@sentei/ir';
import { startEngine, synthesizeInputs } from '@sentei/runtime';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { forgettingModel } from '../../../anatomy/test/support/forgetting-attention.ts';
import { type AcpOptions, acp } from '../../src/acp.ts';
import { countVisitedKeys, tapKeyRanges } from '../../src/measuring/tap-key-ranges.ts';

async function rewritten(options: AcpOptions = {}): Promise<Model> {
  const model = forgettingModel();
  const context = { logger: console, judge: undefined, maxDrop: 0.01, progress: () => undefined };
  const [record] = await runPipeline(model, [acp({ block: 16, tile: 4, whole: 16, ...options })], context);
  expect(record?.decisions.applied).toBe(1);
  return model;
}

test('an attention that skips tiles gets three outputs, others get none', async () => {
  const model = await rewritten();
  const before = model.graph.outputs.length;
  const taps = tapKeyRanges(model);
  expect(taps).toHaveLength(1);
  expect(verify(model)).toEqual([]);
  const [tap] = taps;
  expect(model.graph.outputs.slice(before).map(({ name }) => name)).toEqual([
    tap?.starts,
    tap?.ends,
    tap?.shape,
  ]);
  const original = forgettingModel();
  expect(tapKeyRanges(original)).toEqual([]);
  expect(original.graph.outputs).toHaveLength(forgettingModel().graph.outputs.length);
});

test('what is counted is what the model visits: less where more may be left out, nothing of a single block', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sentei-acp-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const engine = await startEngine({ threads: 1 });
  onTestFinished(() => engine.close());
  const count = async (epsilon: number, length: number) => {
    const model = await rewritten({ epsilon });
    const [tap] = tapKeyRanges(model);
    const path = join(folder, `${epsilon}-${length}.onnx`);
    await writeModel(model, path);
    const session = await engine.load(path);
    const outputs = await session.run(synthesizeInputs(session.inputs, { seed: 1, batch: 2, length }));
    const numbers = (name: string | undefined) => outputs[name ?? '']?.data as BigInt64Array;
    return countVisitedKeys(numbers(tap?.starts), numbers(tap?.ends), numbers(tap?.shape));
  };
  expect((await count(0.1, 16)).every(({ all }) => all === 0)).toBe(true);
  const [careful, bold] = [await count(1e-30, 160), await count(0.5, 160)];
  expect(careful.length).toBe(bold.length);
  for (const [head, { visited, all }] of careful.entries()) {
    // Two sequences of ten blocks of 16: 16 + 32 + … + 144 keys before them.
    expect(all).toBe(2 * 720);
    expect(bold[head]?.all).toBe(all);
    expect(bold[head]?.visited).toBeLessThanOrEqual(visited);
    expect(visited).toBeLessThanOrEqual(all);
  }
  const sum = (counts: typeof bold) => counts.reduce((total, { visited }) => total + visited, 0);
  expect(sum(bold)).toBeLessThan(sum(careful));
});

test('heads are told apart, over batches together', () => {
  fc.assert(
    fc.property(
      fc.record({
        batch: fc.integer({ min: 1, max: 3 }),
        heads: fc.integer({ min: 1, max: 4 }),
        blocks: fc.integer({ min: 1, max: 5 }),
        rows: fc.integer({ min: 1, max: 40 }),
      }),
      ({ batch, heads, blocks, rows }) => {
        const [starts, ends]: [bigint[], bigint[]] = [[], []];
        for (let group = 0; group < batch * heads; group += 1) {
          const base = group * rows * (blocks + 1);
          for (let block = 1; block <= blocks; block += 1) {
            ends.push(BigInt(base + block * rows));
            // Of each head one key more is visited than of the one before.
            starts.push(BigInt(base + block * rows - Math.min(1 + (group % heads), block * rows)));
          }
        }
        const counts = countVisitedKeys(starts, ends, [BigInt(batch), BigInt(heads), 9n, 9n]);
        const all = (batch * rows * blocks * (blocks + 1)) / 2;
        expect(counts.map((count) => count.all)).toEqual(Array(heads).fill(all));
        for (const [head, { visited }] of counts.entries()) {
          let expected = 0;
          for (let block = 1; block <= blocks; block += 1)
            expected += batch * Math.min(1 + head, block * rows);
          expect(visited).toBe(expected);
        }
      },
    ),
  );
});

test('numbers of other heads are refused', () => {
  expect(() => countVisitedKeys([1n, 2n, 3n], [1n, 2n, 3n], [1n, 2n])).toThrow(RangeError);
  expect(() => countVisitedKeys([], [], [0n, 2n])).toThrow(RangeError);
  expect(countVisitedKeys([], [], [1n, 2n])).toEqual([
    { visited: 0, all: 0 },
    { visited: 0, all: 0 },
  ]);
});
