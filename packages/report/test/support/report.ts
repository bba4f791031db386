import type { Decision, PassRecord, PatchRecord } from '@sentei/ir';
import type { QualityFigure, Validation } from '@sentei/runtime';
import type { Report } from '../../src/json/types.ts';

type Measured = Extract<Validation, { status: 'done' }>;

export function patchRecord(fields: Partial<PatchRecord> = {}): PatchRecord {
  return {
    pass: 'tidy',
    name: 'patch',
    nodes: [],
    decision: 'applied',
    reason: 'exact',
    guarantee: 'exact',
    scores: {},
    ...fields,
  };
}

export function passRecord(
  pass: string,
  patches: readonly PatchRecord[],
  fields: Partial<PassRecord> = {},
): PassRecord {
  const count = (decision: Decision) => patches.filter((patch) => patch.decision === decision).length;
  return {
    pass,
    place: '1',
    run: 1,
    decisions: { applied: count('applied'), reverted: count('reverted'), refused: count('refused') },
    counters: {},
    options: {},
    milliseconds: 1200,
    verifyMilliseconds: 100,
    before: { nodes: 12, parameters: 2000, bytes: 8000 },
    after: { nodes: 10, parameters: 2000, bytes: 8000 },
    patches,
    ...fields,
  };
}

export function quality(windowLength: number, drop: number): QualityFigure {
  return {
    metric: 'bits per byte',
    lowerIsBetter: true,
    where: `4 × ${windowLength}`,
    shift: null,
    examples: 4,
    windowLength,
    windows: 4,
    original: 2,
    candidate: 2 * (1 + drop),
    drop,
    interval: { lower: drop - 0.001, upper: drop + 0.001, confidence: 0.95 },
    difference: { value: 2 * drop, lower: 2 * drop - 0.002, upper: 2 * drop + 0.002 },
  };
}

const summary = (median: number) => ({
  count: 5,
  median,
  lowerQuartile: median * 0.9,
  upperQuartile: median * 1.1,
});

export function measured(fields: Partial<Measured> = {}): Measured {
  return {
    status: 'done',
    quality: [quality(1024, 0.005)],
    agreement: [],
    memory: null,
    gates: {},
    executionProvider: 'cpu',
    tf32: true,
    placement: null,
    fidelity: [1, 128].map((length) => ({
      inputs: 'synthesized',
      size: `length ${length}`,
      batch: 1,
      length,
      outputs: {
        logits: {
          elements: 256,
          maximumAbsoluteError: length / 1000,
          meanAbsoluteError: 0.0001,
          maximumRelativeError: 0.1,
          cosineSimilarity: 1 - length / 1e6,
          top1Agreement: 1 - length / 1e4,
          nanMismatches: 0,
          infinityMismatches: 0,
        },
      },
    })),
    speed: [
      {
        label: 'length 64',
        inputs: 'held-out text',
        batch: 1,
        length: 64,
        original: summary(20),
        candidate: summary(10),
        speedup: summary(2),
        rounds: 5,
        runsPerSample: 1,
      },
    ],
    leftOut: [],
    threads: 2,
    runtimeVersion: '1.30.0',
    ...fields,
  };
}

export function report(fields: Partial<Report> = {}): Report {
  const facts = { sha256: '', irVersion: 8, opsets: { 'ai.onnx': 17 }, externalData: [] };
  return {
    version: 1,
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T00:01:00.000Z',
    software: { sentei: '0.1.0', onnxruntimeNode: '1.30.0', node: '20.19.0' },
    machine: null,
    options: { maxDrop: 0.01, threads: 2, validation: 'full', verify: 'each', seed: 0, stopAfter: null },
    plugins: [],
    pipeline: { text: 'tidy', steps: [{ pass: 'tidy', options: {} }] },
    data: null,
    source: { ...facts, path: 'a.onnx', fileBytes: 10_000, nodes: 12, parameters: 2000, bytes: 8000 },
    result: { ...facts, path: 'out/model.onnx', fileBytes: 5000, nodes: 9, parameters: 1000, bytes: 4000 },
    passes: [passRecord('tidy', [patchRecord()])],
    validation: measured(),
    budget: { maxDrop: 0.01, heldoutDrop: 0.005 },
    warnings: [],
    ...fields,
  };
}
