import { readFile } from 'node:fs/promises';
import { hostTensor } from '@sentei/data';
import { expect, onTestFinished, test } from 'vitest';
import {
  byteLanguageModelNames,
  isByteLanguageModel,
  measureBitsPerByte,
} from '../../src/metrics/bits-per-byte.ts';
import { startEngine } from '../../src/process/engine.ts';
import type { Dimension, Signature } from '../../src/process/protocol.ts';
import type { Session } from '../../src/process/session.ts';
import { checkpointFile, modelFile } from '../support/model-file.ts';
import { bigramModel } from '../support/tiny-model.ts';

async function load(path: string): Promise<Session> {
  const engine = await startEngine();
  onTestFinished(() => engine.close());
  return engine.load(path);
}

const signature = (
  ids: readonly Dimension[],
  logits: readonly Dimension[],
  extra: Partial<Signature> = {},
): Signature => ({
  inputs: [{ name: 'a', type: 'int64', dims: ids }, ...(extra.inputs ?? [])],
  outputs: [{ name: 'b', type: 'float32', dims: logits }, ...(extra.outputs ?? [])],
});

test('a byte-level language model is known by types and shapes', () => {
  expect(isByteLanguageModel(signature(['n', 's'], ['n', 's', 256]))).toBe(true);
  expect(isByteLanguageModel(signature([1, 64], [1, 64, 256]))).toBe(true);
  expect(isByteLanguageModel(signature([null, null], [null, null, 256]))).toBe(true);
  expect(isByteLanguageModel(signature(['n', 's'], ['n', 's', 30522]))).toBe(false);
  expect(isByteLanguageModel(signature(['n', 's'], ['n', 256]))).toBe(false);
  expect(isByteLanguageModel(signature([4, 's'], [4, 's', 256]))).toBe(false);
  expect(isByteLanguageModel(signature([1, 64], [1, 32, 256]))).toBe(false);
  const mask = { inputs: [{ name: 'c', type: 'int64', dims: ['n', 's'] }] } as const;
  expect(isByteLanguageModel(signature(['n', 's'], ['n', 's', 256], mask))).toBe(false);
});

test('further outputs do not matter unless they could be the logits too', () => {
  const cache = { outputs: [{ name: 'c', type: 'float32', dims: [1, 8, 's', 64] }] } as const;
  const twin = { outputs: [{ name: 'c', type: 'float32', dims: ['n', 's', 256] }] } as const;
  expect(byteLanguageModelNames(signature(['n', 's'], ['n', 's', 256], cache))).toEqual({
    input: 'a',
    output: 'b',
  });
  expect(isByteLanguageModel(signature(['n', 's'], ['n', 's', 256], twin))).toBe(false);
});

test('windows follow each other from the start, and the rest of the text is left', async () => {
  const table = new Float32Array(65536);
  table[1 * 256 + 2] = Math.log(255);
  table[3 * 256 + 4] = Math.log(255 / 3);
  const session = await load(await modelFile(bigramModel(table)));
  const progress: string[] = [];
  const result = await measureBitsPerByte(session, Uint8Array.of(1, 2, 3, 4, 9), {
    windowLength: 2,
    onWindow: (done, total) => progress.push(`${done}/${total}`),
  });
  // p = 255 / 510 = 1/2 and 85 / 340 = 1/4.
  expect(result.perWindow).toEqual([expect.closeTo(1, 6), expect.closeTo(2, 6)]);
  expect(result.bitsPerByte).toBeCloseTo(1.5, 6);
  expect(progress).toEqual(['1/2', '2/2']);
});

test('too short a text and senseless options are refused', async () => {
  const session = await load(await modelFile(bigramModel(new Float32Array(65536))));
  const measure = (options: object) => measureBitsPerByte(session, new Uint8Array(10), options);
  await expect(measure({})).rejects.toMatchObject({ code: 'invalid-data' });
  await expect(measure({ windowLength: 4, windows: 3 })).rejects.toMatchObject({ code: 'invalid-data' });
  await expect(measure({ windowLength: 1 })).rejects.toMatchObject({ code: 'invalid-option' });
  await expect(measure({ windowLength: 4, windows: 0 })).rejects.toMatchObject({ code: 'invalid-option' });
});

test('the checkpoint scores what its own logits say', async () => {
  const session = await load(checkpointFile('model.onnx'));
  const text = await readFile(checkpointFile('heldout.txt'));
  const window = text.subarray(0, 512);
  const ids = hostTensor('int64', [1, 512], BigInt64Array.from(window, BigInt));
  const { logits } = await session.run({ input_ids: ids });
  const scores = Array.from(logits?.data ?? [], Number);
  const bits = Array.from(window.subarray(1), (byte, row) => {
    const weights = scores.slice(row * 256, (row + 1) * 256).map(Math.exp);
    return -Math.log2((weights[byte] ?? 0) / weights.reduce((sum, weight) => sum + weight, 0));
  });
  const naive = bits.reduce((sum, bit) => sum + bit, 0) / bits.length;
  const { bitsPerByte, perWindow } = await measureBitsPerByte(session, text, {
    windowLength: 512,
    windows: 2,
  });
  expect(perWindow[0]).toBeCloseTo(naive, 8);
  // The published figures take minutes: 2.17148 for 96 windows of 1,024 bytes, 2.09637 for 24 of 4,096.
  expect(bitsPerByte).toBeCloseTo(2.43957, 3);
});
