import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { hostTensor } from '@sentei/data';
import { expect, onTestFinished, test } from 'vitest';
import type { Reply, Request } from '../../src/process/protocol.ts';
import { modelFile } from '../support/model-file.ts';
import { bigramModel, doublingModel, ELEMENT, identityModel } from '../support/tiny-model.ts';

// The worker runs in a process of its own, so it is the built file that is tested.
const built = fileURLToPath(new URL('../../dist/process/worker.js', import.meta.url));

const settings = { threads: 1, graphOptimizationLevel: 'all' } as const;

async function startWorker(): Promise<{ child: ChildProcess; ready: Reply; printed: () => string }> {
  const child = fork(built, [], { serialization: 'advanced', execArgv: [], silent: true });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  }
  const [ready] = await once(child, 'message');
  return { child, ready, printed: () => text };
}

async function ask(child: ChildProcess, request: Request): Promise<Reply> {
  const reply = once(child, 'message');
  child.send(request);
  return (await reply)[0];
}

test('it says when ONNX Runtime is loaded, loads, runs and times, and prints nothing', async () => {
  const path = await modelFile(doublingModel());
  const { child, ready, printed } = await startWorker();
  expect(ready).toMatchObject({ kind: 'ready', runtime: { providers: expect.arrayContaining(['cpu']) } });
  expect(await ask(child, { kind: 'load', path, settings })).toEqual({
    kind: 'load',
    signature: {
      inputs: [{ name: 'x', type: 'float32', dims: ['batch', 4] }],
      outputs: [{ name: 'y', type: 'float32', dims: ['batch', 4] }],
    },
  });
  const feeds = { x: hostTensor('float32', [1, 4], Float32Array.of(1, 2, 3, 4)) };
  expect(await ask(child, { kind: 'run', feeds })).toEqual({
    kind: 'run',
    outputs: { y: hostTensor('float32', [1, 4], Float32Array.of(2, 4, 6, 8)) },
  });
  const timed = await ask(child, { kind: 'time', feeds, runs: 3 });
  expect(timed).toEqual({ kind: 'time', milliseconds: Array(3).fill(expect.any(Number)) });
  expect(printed()).toBe('');
});

test('requests that come at once are answered one by one, in order', async () => {
  const path = await modelFile(doublingModel());
  const { child } = await startWorker();
  const replies: Reply[] = [];
  const all = new Promise<void>((resolve) => {
    child.on('message', (reply: Reply) => {
      replies.push(reply);
      if (replies.length === 3) resolve();
    });
  });
  const feeds = { x: hostTensor('float32', [1, 4], new Float32Array(4)) };
  child.send({ kind: 'load', path, settings } satisfies Request);
  child.send({ kind: 'time', feeds, runs: 1 } satisfies Request);
  child.send({ kind: 'run', feeds } satisfies Request);
  await all;
  expect(replies.map(({ kind }) => kind)).toEqual(['load', 'time', 'run']);
});

test('failures are replies, and the worker lives on', async () => {
  const { child } = await startWorker();
  expect(await ask(child, { kind: 'run', feeds: {} })).toEqual({
    kind: 'failed',
    message: 'no model is loaded',
  });
  const broken = await modelFile(Uint8Array.of(1, 2, 3));
  expect(await ask(child, { kind: 'load', path: broken, settings })).toMatchObject({ kind: 'failed' });
  const path = await modelFile(doublingModel());
  expect(await ask(child, { kind: 'load', path, settings })).toMatchObject({ kind: 'load' });
  expect(await ask(child, { kind: 'load', path, settings })).toMatchObject({ kind: 'failed' });
});

test('float16 logits are scored like float32 ones', async () => {
  const path = await modelFile(bigramModel(new Uint16Array(65536).fill(0x3c00)));
  const { child } = await startWorker();
  await ask(child, { kind: 'load', path, settings });
  const reply = await ask(child, {
    kind: 'reduce',
    feeds: { bytes: hostTensor('int64', [1, 3], BigInt64Array.of(1n, 2n, 3n)) },
    reduction: { kind: 'next-token-loss', logits: 'scores', ids: 'bytes' },
  });
  expect(reply).toMatchObject({ kind: 'reduce', outputs: { tokens: { data: Float64Array.of(2) } } });
  expect(reply.kind === 'reduce' && reply.outputs.nats?.data[0]).toBeCloseTo(2 * Math.log(256), 10);
});

test.each([
  [ELEMENT.double, hostTensor('float64', [2], Float64Array.of(0.1, -2))],
  [ELEMENT.float16, hostTensor('float16', [2], Uint16Array.of(0x3c00, 0x7c00))],
  [ELEMENT.int64, hostTensor('int64', [2], BigInt64Array.of(2n ** 62n, -1n))],
  [ELEMENT.uint8, hostTensor('uint8', [2], Uint8Array.of(0, 255))],
  [ELEMENT.bool, hostTensor('bool', [2], Uint8Array.of(1, 0))],
  [ELEMENT.string, hostTensor('string', [2], ['剪', ''])],
] as const)('element type %i goes in and comes out as it was', async (element, x) => {
  const path = await modelFile(identityModel(element, [2]));
  const { child } = await startWorker();
  await ask(child, { kind: 'load', path, settings });
  expect(await ask(child, { kind: 'run', feeds: { x } })).toEqual({ kind: 'run', outputs: { y: x } });
});

test('it ends when its parent goes away', async () => {
  const { child } = await startWorker();
  const ended = once(child, 'exit');
  child.disconnect();
  expect(await ended).toEqual([0, null]);
});
