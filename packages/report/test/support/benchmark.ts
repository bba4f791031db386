import type { BenchmarkFigure, Comparison, ModelFigures, Summary } from '@sentei/runtime';
import type { BenchmarkRecord, ModelWork } from '../../src/json/benchmark.ts';

const summary = (median: number): Summary => ({
  count: 6,
  median,
  lowerQuartile: median * 0.9,
  upperQuartile: median * 1.1,
});

export const comparison = (ratio: number): Comparison => ({
  ratio,
  interval: { lower: ratio * 0.95, upper: ratio * 1.05, confidence: 0.95 },
  pairs: 30,
  verdict: ratio > 1.05 ? 'faster' : 'no difference',
});

/** Figures of a model that takes so many milliseconds. */
export function modelFigures(milliseconds: number): ModelFigures {
  return {
    inputs: { ids: { dims: [1, 128] } },
    latency: {
      ...summary(milliseconds),
      interval: { lower: milliseconds * 0.98, upper: milliseconds * 1.02, confidence: 0.95 },
      percentiles: { p50: milliseconds, p90: milliseconds * 1.5, p95: milliseconds * 2 },
      runs: 60,
      times: [milliseconds],
    },
    start: {
      total: summary(300),
      process: summary(100),
      session: summary(150),
      firstRun: summary(50),
      memoryLoaded: { status: 'known', bytes: 120e6 },
      memoryRan: { status: 'unknown', reason: 'no VmHWM' },
    },
  };
}

export function modelWork(least: number, most: number | null = least): ModelWork {
  return { flops: { least, most }, bytes: 5e6, nodes: [], unknown: [] };
}

export function benchmarkFigure(fields: Partial<BenchmarkFigure> = {}): BenchmarkFigure {
  return {
    graphOptimizationLevel: 'all',
    label: 'batch 1, length 128',
    original: modelFigures(20),
    candidate: modelFigures(10),
    comparison: { latency: comparison(2), start: comparison(1), memoryLoaded: 1.2, memoryRan: 1.3 },
    rounds: 30,
    runsPerSample: [2],
    warmUps: [{ runs: 10, isSteady: true }],
    ...fields,
  };
}

export function benchmarkRecord(fields: Partial<BenchmarkRecord> = {}): BenchmarkRecord {
  const file = (path: string) => ({ path, fileBytes: 1000, sha256: 'ab'.repeat(32) });
  return {
    version: 1,
    sentei: '0.1.0',
    date: '2026-01-02T03:04:05.000Z',
    files: { original: file('a.onnx'), candidate: file('b.onnx') },
    original: 'a.onnx',
    candidate: 'b.onnx',
    figures: [benchmarkFigure()],
    work: [{ label: 'batch 1, length 128', original: modelWork(2.5e9), candidate: modelWork(2e9) }],
    leftOut: [],
    energy: { status: 'unknown', reason: 'there are no counters' },
    threads: 2,
    executionProvider: 'cpu',
    tf32: true,
    placement: null,
    processes: 5,
    confidence: 0.95,
    seed: 1,
    machine: {
      cpu: 'Abacus',
      logicalCores: 4,
      usableCores: 2,
      memory: 8e9,
      operatingSystem: 'Linux 6.1 x64',
      node: '20.20.2',
      onnxruntimeNode: '1.30.0',
      providers: ['cpu'],
      gpus: [],
    },
    runtimeVersion: '1.30.0',
    load: { before: 0.25, after: 2.5 },
    ...fields,
  };
}
