import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostTensor } from '@sentei/data';
import { expect, onTestFinished, test } from 'vitest';
import { type Engine, type EngineOptions, startEngine } from '../../src/process/engine.ts';
import { modelFile } from '../support/model-file.ts';
import { isAlive, isGoneSoon } from '../support/processes.ts';
import { doublingModel, ELEMENT, gatedModel, identityModel, tinyModel } from '../support/tiny-model.ts';

async function start(options: EngineOptions = {}): Promise<Engine> {
  const engine = await startEngine({ threads: 1, ...options });
  onTestFinished(() => engine.close());
  return engine;
}

test('each model has a process of its own; release gives one back, close gives back all', async () => {
  const path = await modelFile(doublingModel());
  const engine = await start();
  expect(engine.runtime.version).toMatch(/^\d+\.\d+\.\d+$/);
  const [first, second] = [await engine.load(path), await engine.load(path)];
  expect(first.processId).not.toBe(second.processId);
  await first.release();
  expect([isAlive(first.processId), isAlive(second.processId)]).toEqual([false, true]);
  await engine.close();
  expect(isAlive(second.processId)).toBe(false);
  await expect(engine.load(path)).rejects.toMatchObject({ code: 'cancelled' });
});

test('a model that fails to load leaves the engine usable', async () => {
  const engine = await start();
  const broken = await modelFile(Uint8Array.of(1, 2, 3));
  await expect(engine.load(broken)).rejects.toMatchObject({
    code: 'runtime-failed',
    subject: broken,
    message: `${broken}: Protobuf parsing failed.`,
  });
  const session = await engine.load(await modelFile(doublingModel()), { graphOptimizationLevel: 'disabled' });
  expect(session.inputs).toEqual([{ name: 'x', type: 'float32', dims: ['batch', 4] }]);
});

test('too new an IR version, too new an opset, an unknown operator and bfloat16 come with a hint', async () => {
  const engine = await start();
  const hintFor = async (bytes: Uint8Array): Promise<unknown> => {
    const path = await modelFile(bytes);
    const error = await engine.load(path).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'runtime-failed' });
    return error instanceof Error && 'hint' in error ? error.hint : undefined;
  };
  expect(await hintFor(identityModel(ELEMENT.float, [1], { irVersion: 99 }))).toContain('IR version 99');
  expect(await hintFor(identityModel(ELEMENT.float, [1], { irVersion: 10, opset: 99 }))).toContain(
    'opset 99',
  );
  expect(await hintFor(identityModel(ELEMENT.bfloat16, [1]))).toContain('element type 16');
  const custom = tinyModel({
    inputs: [],
    outputs: [{ name: 'y', type: ELEMENT.float, dims: [1] }],
    nodes: [{ op: 'NoSuchOperator', inputs: [], outputs: ['y'] }],
  });
  expect(await hintFor(custom)).toContain('operator');
});

test('files are looked at before anything is started', async () => {
  const engine = await start();
  const path = await modelFile(doublingModel());
  await expect(engine.load(`${path}.missing`)).rejects.toMatchObject({ code: 'file-missing' });
  await expect(engine.load(dirname(path))).rejects.toMatchObject({ code: 'file-unreadable' });
});

test('bad options are refused by name', async () => {
  await expect(startEngine({ threads: 0 })).rejects.toMatchObject({ code: 'invalid-option' });
  await expect(startEngine({ threads: 0 })).rejects.toThrow(/^threads: /);
});

test('an abort ends every session', async () => {
  const controller = new AbortController();
  const engine = await start({ signal: controller.signal });
  const path = await modelFile(doublingModel());
  const sessions = [await engine.load(path), await engine.load(path)];
  controller.abort();
  const feeds = { x: hostTensor('float32', [1, 4], new Float32Array(4)) };
  for (const session of sessions) {
    await expect(session.run(feeds)).rejects.toMatchObject({ code: 'cancelled' });
  }
  await expect(engine.load(path)).rejects.toMatchObject({ code: 'cancelled' });
});

test('a program that forgets to close still ends, and its workers with it', async () => {
  const path = await modelFile(doublingModel());
  const program = `
    const { startEngine } = await import('@sentei/runtime');
    const engine = await startEngine({ threads: 1 });
    const session = await engine.load(${JSON.stringify(path)});
    const x = { type: 'float32', dims: [1, 4], data: new Float32Array(4) };
    await session.run({ x });
    process.stdout.write(String(session.processId));
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(Number(printed)).toBeGreaterThan(0);
  expect(await isGoneSoon(Number(printed))).toBe(true);
});

const isLinux = process.platform === 'linux';

test.skipIf(!isLinux)(
  'TensorFloat-32 is left to ONNX Runtime unless switched off (skipped without /proc)',
  async () => {
    const overrideOf = async (tf32?: boolean): Promise<string | undefined> => {
      await using engine = await startEngine({ threads: 1, tf32 });
      await using session = await engine.load(await modelFile(doublingModel()));
      const environment = await readFile(`/proc/${session.processId}/environ`, 'utf8');
      return environment.split('\0').find((entry) => entry.startsWith('NVIDIA_TF32_OVERRIDE='));
    };
    expect(await overrideOf()).toBe(undefined);
    expect(await overrideOf(false)).toBe('NVIDIA_TF32_OVERRIDE=0');
  },
);

test('constants are fed on every run, and the session hides their inputs', async () => {
  const engine = await startEngine({ threads: 1 });
  onTestFinished(() => engine.close());
  const path = await modelFile(gatedModel());
  const x = hostTensor('float32', [1, 4], Float32Array.of(1, 2, 3, 4));
  const run = async (gate: number) => {
    const constants = { gates: hostTensor('bool', [1], Uint8Array.of(gate)) };
    const session = await engine.load(path, { constants });
    expect(session.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(await session.time({ x }, 1)).toHaveLength(1);
    return (await session.run({ x })).y?.data;
  };
  expect(await run(0)).toEqual(Float32Array.of(2, 4, 6, 8));
  expect(await run(1)).toEqual(Float32Array.of(1, 2, 3, 4));
  const wrong = { gates: hostTensor('bool', [2], new Uint8Array(2)) };
  await expect(engine.load(path, { constants: wrong })).rejects.toMatchObject({ code: 'invalid-data' });
  await expect(engine.load(path, { constants: { z: x } })).rejects.toMatchObject({ code: 'invalid-data' });
});
