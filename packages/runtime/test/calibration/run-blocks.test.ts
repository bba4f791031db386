import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Node, tensorType, toAttribute, Value } from '@sentei/ir';
import { expect, onTestFinished, test } from 'vitest';
import { StatisticsCache } from '../../src/calibration/cache.ts';
import { calibrate } from '../../src/calibration/calibrate.ts';
import { planTaps } from '../../src/calibration/plan-taps.ts';
import { runBlocks } from '../../src/calibration/run-blocks.ts';
import { emptyStatistics, type Range } from '../../src/calibration/statistics.ts';
import { encodeStatistics } from '../../src/calibration/statistics-file.ts';
import { writeTappedModel } from '../../src/calibration/tapped-model.ts';
import { startEngine } from '../../src/process/engine.ts';
import type { Session } from '../../src/process/session.ts';
import { datasetOf, identityOf, manyExamples, tappableModel } from '../support/calibration.ts';
import { modelFile } from '../support/model-file.ts';
import { isAlive } from '../support/processes.ts';
import { ELEMENT } from '../support/tiny-model.ts';

const RANGE: Range = [0, 10];

/** A calibration of which a test holds the process. */
async function prepare({ timeoutMs = 60_000 } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'sentei-run-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const engine = await startEngine({ threads: 1, timeoutMs });
  onTestFinished(() => engine.close());
  const model = tappableModel();
  const plan = planTaps(model, [{ value: 'y', moments: 'feature', gram: true }], 'refuse');
  const path = await modelFile(new Uint8Array());
  await writeTappedModel(model, plan, path);
  const identity = identityOf(plan, 20, 2);
  const cache = new StatisticsCache(folder, identity, RANGE);
  const sessions: Session[] = [];
  const open = async () => {
    const session = await engine.load(path, { graphOptimizationLevel: 'disabled', subject: 'm.onnx' });
    sessions.push(session);
    return session;
  };
  const start = async (onDone: (done: number) => void) =>
    runBlocks(
      (await cache.load(() => {})) ?? emptyStatistics(identity, { model: 'm.onnx', data: 'd' }),
      RANGE,
      {
        data: datasetOf(manyExamples(20)),
        range: RANGE,
        open,
        cache,
        saveEveryMs: 0,
        batchesPerProcess: 1000,
        subject: 'm.onnx',
        onProgress: ({ done }) => onDone(done),
      },
    );
  return { start, sessions, folder };
}

test.each([0, 6, 18])(
  'a process killed after %i examples is a typed error, and the rest is run later',
  async (at) => {
    const { start, sessions, folder } = await prepare();
    let isKilled = false;
    const first = start((done) => {
      const { processId } = sessions.at(-1) ?? {};
      if (isKilled || done < at || processId === undefined) return;
      isKilled = true;
      process.kill(processId, 'SIGKILL');
    });
    await expect(first).rejects.toMatchObject({
      code: 'runtime-failed',
      message: expect.stringContaining('SIGKILL'),
    });
    const done: number[] = [];
    const resumed = await start((each) => done.push(each));
    expect(done[0]).toBeGreaterThan(at - 4);
    const { start: afresh } = await prepare();
    expect(encodeStatistics(resumed)).toEqual(encodeStatistics(await afresh(() => {})));
    expect(sessions.map(({ processId }) => isAlive(processId))).toEqual([false, false]);
    expect(await readdir(folder)).toHaveLength(1);
  },
);

test('a process that hangs ends with its time, in an error that names the example', async () => {
  const { start, sessions } = await prepare({ timeoutMs: 3000 });
  let isStopped = false;
  const hanging = start((done) => {
    const { processId } = sessions.at(-1) ?? {};
    if (isStopped || done < 6 || processId === undefined) return;
    isStopped = true;
    process.kill(processId, 'SIGSTOP');
  });
  await expect(hanging).rejects.toMatchObject({
    code: 'runtime-timeout',
    message: expect.stringMatching(/^m\.onnx: no answer to '.*' within 3000 ms \(at tiny row/),
  });
  expect(isAlive(sessions[0]?.processId)).toBe(false);
});

test('a value that the binding cannot fetch is refused before any data is read', async () => {
  const model = tappableModel();
  const [add] = model.graph.nodes();
  const [h] = add?.outputs ?? [];
  if (add === undefined || h === undefined) throw new Error('the model has no nodes');
  const half = new Value('half', tensorType('bfloat16'));
  const attributes = [['to', toAttribute(BigInt(ELEMENT.bfloat16))]] as const;
  model.graph.insertAfter(add, new Node('Cast', [h], [half], { attributes }));
  const read = datasetOf(manyExamples(2));
  const failing = calibrate(model, [{ value: half, moments: 'value' }], read, { subject: 'm.onnx' });
  await expect(failing).rejects.toMatchObject({
    message: expect.stringMatching(/^m\.onnx: /),
    hint: expect.stringContaining('float32'),
  });
});
