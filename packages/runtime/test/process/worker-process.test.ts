import { hostTensor } from '@sentei/data';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WorkerProcess } from '../../src/process/worker-process.ts';
import { modelFile } from '../support/model-file.ts';
import { isAlive } from '../support/processes.ts';
import { loopModel } from '../support/tiny-model.ts';

const settings = { threads: 1, graphOptimizationLevel: 'all' } as const;

async function start(options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<WorkerProcess> {
  const { worker } = await WorkerProcess.start({ timeoutMs: 60_000, ...options });
  onTestFinished(() => worker.stop());
  return worker;
}

/** A run that would take hours. */
async function runForever(worker: WorkerProcess): Promise<unknown> {
  const path = await modelFile(loopModel());
  await worker.exchange({ kind: 'load', path, settings }, 'loop.onnx');
  const feeds = {
    steps: hostTensor('int64', [], BigInt64Array.of(10n ** 12n)),
    start: hostTensor('float32', [], Float32Array.of(1)),
  };
  return worker.exchange({ kind: 'run', feeds }, 'loop.onnx');
}

test('a request beyond its time kills the process', async () => {
  const worker = await start({ timeoutMs: 5000 });
  await expect(runForever(worker)).rejects.toMatchObject({
    code: 'runtime-timeout',
    message: "loop.onnx: no answer to 'run' within 5000 ms",
  });
  await worker.closed;
  expect(isAlive(worker.processId)).toBe(false);
});

test('an abort kills the process in the middle of a run', async () => {
  const controller = new AbortController();
  const worker = await start({ signal: controller.signal });
  const running = runForever(worker);
  setTimeout(() => controller.abort(), 500);
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  await worker.closed;
  expect(isAlive(worker.processId)).toBe(false);
});

test('an abort before the start starts nothing', async () => {
  const starting = WorkerProcess.start({ timeoutMs: 1000, signal: AbortSignal.abort() });
  await expect(starting).rejects.toMatchObject({ code: 'cancelled' });
});

test('the death of the process rejects the running request and all that wait', async () => {
  const worker = await start();
  const running = runForever(worker);
  const waiting = worker.exchange({ kind: 'time', feeds: {}, runs: 1 }, 'late.onnx');
  setTimeout(() => worker.processId && process.kill(worker.processId, 'SIGKILL'), 500);
  await expect(running).rejects.toMatchObject({ code: 'runtime-failed', subject: 'loop.onnx' });
  await expect(waiting).rejects.toMatchObject({ code: 'runtime-failed', subject: 'late.onnx' });
  const later = worker.exchange({ kind: 'time', feeds: {}, runs: 1 }, 'later.onnx');
  await expect(later).rejects.toThrow("later.onnx: ONNX Runtime's process ended (SIGKILL)");
});

test('what a dying process printed is in the message', async () => {
  vi.stubEnv('NODE_OPTIONS', '--no-such-option-of-node');
  onTestFinished(() => void vi.unstubAllEnvs());
  const starting = WorkerProcess.start({ timeoutMs: 60_000 });
  await expect(starting).rejects.toMatchObject({ code: 'runtime-failed' });
  await expect(starting).rejects.toThrow(/ended \(exit code 9\), saying: .*--no-such-option-of-node/);
});

test('a stopped worker is gone, refuses requests, and can be stopped again', async () => {
  const worker = await start();
  await worker.stop();
  expect(isAlive(worker.processId)).toBe(false);
  const late = worker.exchange({ kind: 'time', feeds: {}, runs: 1 }, 'm.onnx');
  await expect(late).rejects.toMatchObject({ code: 'cancelled' });
  expect(await worker.stop()).toBeUndefined();
});
