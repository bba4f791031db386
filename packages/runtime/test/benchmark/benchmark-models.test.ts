import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostTensor } from '@sentei/data';
import type { Progress } from '@sentei/ir';
import { expect, test } from 'vitest';
import { benchmarkModels } from '../../src/benchmark/benchmark-models.ts';
import { modelFile, temporaryFolder } from '../support/model-file.ts';
import { doublingModel, ELEMENT, identityModel, tinyModel } from '../support/tiny-model.ts';

const rows = (count: number) => ({
  label: `${count} rows`,
  feeds: { x: hostTensor('float32', [count, 4], new Float32Array(4 * count)) },
});
const quick = { threads: 1, processes: 2, rounds: 6, minimumSampleMs: 0, starts: 1, energy: false } as const;

/** Fails for every batch but one. */
const fussyModel = () =>
  tinyModel({
    inputs: [{ name: 'x', type: ELEMENT.float, dims: ['batch', 4] }],
    outputs: [{ name: 'y', type: ELEMENT.float, dims: ['batch', 4] }],
    nodes: [{ op: 'Add', inputs: ['x', 'two'], outputs: ['y'] }],
    initializers: [{ name: 'two', type: ELEMENT.float, dims: [2, 4], bytes: new Uint8Array(32) }],
  });

test('two models are measured at every level', async () => {
  const heard: Progress[] = [];
  const result = await benchmarkModels({
    ...quick,
    original: await modelFile(doublingModel()),
    candidate: await modelFile(identityModel(ELEMENT.float, ['batch', 4])),
    points: [rows(3)],
    onProgress: (progress) => heard.push(progress),
  });
  expect(result.figures.map(({ graphOptimizationLevel, label }) => [graphOptimizationLevel, label])).toEqual([
    ['all', '3 rows'],
    ['disabled', '3 rows'],
  ]);
  for (const { rounds, original, candidate, comparison, warmUps } of result.figures) {
    expect([rounds, warmUps.length, original.latency.runs, candidate?.latency.count]).toEqual([6, 2, 6, 6]);
    expect(comparison?.latency).toMatchObject({ pairs: 6, interval: { confidence: 0.95 } });
  }
  expect(result.figures.map(({ comparison }) => comparison?.start)).toEqual([undefined, undefined]);
  expect(result).toMatchObject({ threads: 1, executionProvider: 'cpu', processes: 2, leftOut: [] });
  expect(result.energy).toEqual({ status: 'unknown', reason: 'it was not asked for' });
  expect(result.machine.node).toBe(process.versions.node);
  expect(heard.at(-1)).toEqual({ message: 'done', done: 6, total: 6 });
  expect(heard.map(({ done }) => done)).toEqual(heard.map(({ done }) => done).toSorted((a, b) => a - b));
});

test('one model alone is measured at every point, on inputs made up for it', async () => {
  const { figures, candidate } = await benchmarkModels({
    ...quick,
    processes: 1,
    starts: 2,
    original: await modelFile(doublingModel()),
    graphOptimizationLevels: ['basic'],
  });
  expect(figures.map(({ label }) => label)).toEqual(['batch 1', 'batch 8']);
  expect(figures.map(({ original }) => original.start.total.count)).toEqual([2, 1]);
  expect([candidate, figures[0]?.candidate, figures[0]?.comparison]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

/** Counters of a processor that never uses any energy. */
async function pretendedCounters(): Promise<string> {
  const folder = await temporaryFolder();
  const zone = join(folder, 'intel-rapl:0');
  await mkdir(zone);
  await writeFile(join(zone, 'name'), 'package-0');
  await writeFile(join(zone, 'max_energy_range_uj'), '1000000');
  await writeFile(join(zone, 'energy_uj'), '5');
  return folder;
}

test('energy is measured where there are counters, and unknown when they fail', async () => {
  const original = await modelFile(doublingModel());
  const options = {
    ...quick,
    starts: 1,
    processes: 1,
    original,
    graphOptimizationLevels: ['all'],
    points: [rows(1)],
  } as const;
  const measured = await benchmarkModels({ ...options, energy: { powercap: await pretendedCounters() } });
  expect(measured.energy).toEqual({ status: 'measured', method: 'RAPL counters of package-0' });
  expect(measured.figures[0]).toMatchObject({
    idleWatts: 0,
    original: { energy: { joules: { count: 6, median: 0 } } },
  });
  const powercap = await pretendedCounters();
  const failed = await benchmarkModels({
    ...options,
    energy: { powercap },
    onProgress: ({ message }) => {
      if (message.includes('process 1')) void rm(powercap, { recursive: true });
    },
  });
  expect(failed.energy).toMatchObject({
    status: 'unknown',
    reason: expect.stringContaining('the meter failed'),
  });
  expect(failed.figures[0]?.original.energy).toBeUndefined();
});

test('points that the original does not run are left out; without any the error is thrown', async () => {
  const options = { ...quick, graphOptimizationLevels: ['all'] as const };
  const original = await modelFile(fussyModel());
  const { figures, leftOut } = await benchmarkModels({ ...options, original, points: [rows(3), rows(2)] });
  expect(figures.map(({ label }) => label)).toEqual(['2 rows']);
  expect(leftOut).toEqual([
    { graphOptimizationLevel: 'all', label: '3 rows', reason: expect.stringContaining('broadcast') },
  ]);
  await expect(benchmarkModels({ ...options, original, points: [rows(3)] })).rejects.toMatchObject({
    code: 'runtime-failed',
  });
});

test('a candidate that fails where the original runs is an error', async () => {
  const [original, candidate] = [await modelFile(doublingModel()), await modelFile(fussyModel())];
  await expect(benchmarkModels({ ...quick, original, candidate, points: [rows(3)] })).rejects.toMatchObject({
    code: 'runtime-failed',
    subject: candidate,
  });
});

test('settings that make no sense are refused, and a signal ends it', async () => {
  const original = await modelFile(doublingModel());
  const twice = { original, graphOptimizationLevels: ['all', 'all'] } as const;
  await expect(benchmarkModels(twice)).rejects.toMatchObject({ code: 'invalid-option' });
  await expect(benchmarkModels({ original, rounds: 5 })).rejects.toMatchObject({ code: 'invalid-option' });
  await expect(benchmarkModels({ original, points: [] })).rejects.toMatchObject({ code: 'invalid-option' });
  const controller = new AbortController();
  const running = benchmarkModels({
    ...quick,
    original,
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
});
