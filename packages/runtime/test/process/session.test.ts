import { hostTensor } from '@sentei/data';
import { expect, onTestFinished, test } from 'vitest';
import { startEngine } from '../../src/process/engine.ts';
import type { Session } from '../../src/process/session.ts';
import { modelFile } from '../support/model-file.ts';
import { isAlive } from '../support/processes.ts';
import { bigramModel, doublingModel, ELEMENT, identityModel, tinyModel } from '../support/tiny-model.ts';

async function load(bytes: Uint8Array): Promise<Session> {
  const engine = await startEngine({ threads: 1 });
  onTestFinished(() => engine.close());
  return engine.load(await modelFile(bytes));
}

const x = hostTensor('float32', [2, 4], Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));

test('a run gives the outputs by name, all or those asked for', async () => {
  const session = await load(doublingModel());
  const y = hostTensor(
    'float32',
    [2, 4],
    x.data.map((value) => 2 * value),
  );
  expect(await session.run({ x })).toEqual({ y });
  expect(await session.run({ x }, { outputs: ['y'] })).toEqual({ y });
  await expect(session.run({ x }, { outputs: ['z'] })).rejects.toMatchObject({ code: 'invalid-data' });
  await expect(session.run({ x }, { outputs: [] })).rejects.toMatchObject({ code: 'invalid-data' });
});

test('runs that are asked for at once do not mix', async () => {
  const session = await load(doublingModel());
  const feeds = [1, 2, 3].map((value) => hostTensor('float32', [1, 4], new Float32Array(4).fill(value)));
  const results = await Promise.all(feeds.map((feed) => session.run({ x: feed })));
  expect(results.map(({ y }) => y?.data[0])).toEqual([2, 4, 6]);
});

test('times are positive, one for each run', async () => {
  const session = await load(doublingModel());
  const times = await session.time({ x }, 4);
  expect(times).toHaveLength(4);
  expect(Math.min(...times)).toBeGreaterThan(0);
  await expect(session.time({ x }, 0)).rejects.toMatchObject({ code: 'invalid-option' });
});

test('a failing run is one line that names the file, and the session lives on', async () => {
  // The declared shape of x promises nothing about the second dimension, which then does not fit the weight.
  const session = await load(
    tinyModel({
      inputs: [
        { name: 'a', type: ELEMENT.float, dims: ['m', 'k'] },
        { name: 'b', type: ELEMENT.float, dims: ['k', 'n'] },
      ],
      outputs: [{ name: 'y', type: ELEMENT.float, dims: ['m', 'n'] }],
      nodes: [{ op: 'MatMul', inputs: ['a', 'b'], outputs: ['y'] }],
    }),
  );
  const [a, narrow] = [x, hostTensor('float32', [3, 1], new Float32Array(3))];
  const failing = session.run({ a, b: narrow });
  await expect(failing).rejects.toMatchObject({ code: 'runtime-failed', subject: session.path });
  const message = await failing.catch((error: Error) => error.message);
  expect(message).toMatch(/^[^\n]+$/);
  expect(message).toContain(`${session.path}: `);
  const { y } = await session.run({ a, b: hostTensor('float32', [4, 1], new Float32Array(4).fill(1)) });
  expect(y).toEqual(hostTensor('float32', [2, 1], Float32Array.of(10, 26)));
});

test('dimensions without a name are null, and what is no tensor has no type', async () => {
  const unnamed = await load(identityModel(ELEMENT.float, [null, 'n', 3]));
  expect(unnamed.inputs).toEqual([{ name: 'x', type: 'float32', dims: [null, 'n', 3] }]);
  const sequence = await load(
    tinyModel({
      inputs: [{ name: 'x', type: ELEMENT.float, dims: [1], sequence: true }],
      outputs: [{ name: 'n', type: ELEMENT.int64, dims: [] }],
      nodes: [{ op: 'SequenceLength', inputs: ['x'], outputs: ['n'] }],
    }),
  );
  expect(sequence.inputs).toEqual([{ name: 'x', type: null, dims: null }]);
});

test('a window is scored by the model, and only by a byte-level language model', async () => {
  const table = new Float32Array(65536);
  // After byte 1, byte 2 has probability 1/2.
  table[256 + 2] = Math.log(255);
  const session = await load(bigramModel(table));
  expect(await session.score(Uint8Array.of(1, 2))).toBeCloseTo(1, 6);
  expect(await session.score(Uint8Array.of(1, 2, 1))).toBeCloseTo((1 + 8) / 2, 6);
  await expect(session.score(Uint8Array.of(1))).rejects.toMatchObject({ code: 'invalid-data' });
  const other = await load(doublingModel());
  await expect(other.score(Uint8Array.of(1, 2))).rejects.toMatchObject({ code: 'unsupported-model' });
});

test('logits that are not numbers are an error, not a score', async () => {
  const session = await load(bigramModel(new Float32Array(65536).fill(Number.NaN)));
  await expect(session.score(Uint8Array.of(1, 2))).rejects.toMatchObject({ code: 'not-numbers' });
});

test('disposal ends the process', async () => {
  const session = await load(doublingModel());
  await session[Symbol.asyncDispose]();
  expect(isAlive(session.processId)).toBe(false);
});
