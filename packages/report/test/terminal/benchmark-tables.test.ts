import { expect, test } from 'vitest';
import { drawBenchmark } from '../../src/terminal/benchmark-tables.ts';
import {
  benchmarkFigure,
  benchmarkRecord,
  comparison,
  modelFigures,
  modelWork,
} from '../support/benchmark.ts';

test('two models are shown beside each other', () => {
  expect(drawBenchmark(benchmarkRecord())).toBe(
    `
┌──────────────────────────┬──────────┬────────┬──────────┬───────────────┬─────────┐
│ latency                  │ original │ pruned │ speed-up │ 95 % interval │ verdict │
├──────────────────────────┼──────────┼────────┼──────────┼───────────────┼─────────┤
│ batch 1, length 128, all │    20 ms │  10 ms │   2.00 × │   1.90 - 2.10 │  faster │
└──────────────────────────┴──────────┴────────┴──────────┴───────────────┴─────────┘
┌──────────────────────────┬──────────┬────────┬───────────────┬─────┬─────┬─────┬──────┐
│ runs                     │ model    │ median │ 95 % interval │ p90 │ p95 │ p99 │ runs │
├──────────────────────────┼──────────┼────────┼───────────────┼─────┼─────┼─────┼──────┤
│ batch 1, length 128, all │ original │  20 ms │   19.6 - 20.4 │  30 │  40 │     │   60 │
│ batch 1, length 128, all │ pruned   │  10 ms │    9.8 - 10.2 │  15 │  20 │     │   60 │
└──────────────────────────┴──────────┴────────┴───────────────┴─────┴─────┴─────┴──────┘
┌──────────────────────────┬──────────┬────────┬─────────┬───────────┬──────────┬─────────┐
│ cold start               │ model    │  total │ session │ first run │   loaded │    peak │
├──────────────────────────┼──────────┼────────┼─────────┼───────────┼──────────┼─────────┤
│ batch 1, length 128, all │ original │ 300 ms │  150 ms │     50 ms │ 120.0 MB │ unknown │
│ batch 1, length 128, all │ pruned   │ 300 ms │  150 ms │     50 ms │ 120.0 MB │ unknown │
└──────────────────────────┴──────────┴────────┴─────────┴───────────┴──────────┴─────────┘
cold start, batch 1, length 128, all: 1.00 × (0.95 - 1.05) in 30 starts, no difference; peak memory 1.30 ×
┌─────────────────────┬──────────┬───────┬──────────┬─────────────┐
│ work                │ model    │ FLOPs │   change │ bytes moved │
├─────────────────────┼──────────┼───────┼──────────┼─────────────┤
│ batch 1, length 128 │ original │ 2.5 G │          │      5.0 MB │
│ batch 1, length 128 │ pruned   │   2 G │ -20.00 % │      5.0 MB │
└─────────────────────┴──────────┴───────┴──────────┴─────────────┘
energy unknown: there are no counters
2 threads, cpu, 5 pairs of processes
ONNX Runtime 1.30.0, Node.js 20.20.2, Abacus, 2 cores; load 0.3 before, 2.5 after
`.trimStart(),
  );
});

test('one model alone has no verdicts', () => {
  const figure = benchmarkFigure({ candidate: undefined, comparison: undefined });
  const text = drawBenchmark(
    benchmarkRecord({
      candidate: undefined,
      figures: [figure],
      work: [{ label: 'fixed size', original: modelWork(5) }],
    }),
  );
  expect(text).toContain('│ original │');
  for (const word of ['pruned', 'verdict', 'cold start,']) expect(text).not.toContain(word);
});

test('too few rounds, points left out, an unsteady model and a busy machine are said to be that', () => {
  const text = drawBenchmark(
    benchmarkRecord({
      figures: [benchmarkFigure({ comparison: {}, warmUps: [{ runs: 100, isSteady: false }] })],
      leftOut: [{ graphOptimizationLevel: 'all', label: 'length 9999', reason: 'too long' }],
      load: { before: 3, after: 3 },
    }),
  );
  expect(text).toContain('too few rounds');
  expect(text).toContain('left out: length 9999 at level all (too long)\n');
  expect(text).toContain('not steady after the warm-up: batch 1, length 128, all\n');
  expect(text).toContain('others were at work on this machine\n');
});

test('work that depends on the run has bounds, and nodes without a count are listed', () => {
  const node = { name: 'f', operator: 'acme.Fused', reason: 'no rule for acme.Fused' };
  const text = drawBenchmark(
    benchmarkRecord({
      work: [
        { label: 'here', original: modelWork(1e6, 2e6), candidate: modelWork(1234567, null) },
        { label: 'there', original: { ...modelWork(999), unknown: [node, node] } },
      ],
    }),
  );
  expect(text).toMatch(/here +│ original │ +1 M to 2 M │ +│/);
  expect(text).toMatch(/here +│ pruned +│ +at least 1.235 M │ +│/);
  expect(text).toMatch(/there +│ original │ +999 │/);
  expect(text).toContain('not counted: 2 × acme.Fused (no rule for acme.Fused)\n');
});

test('energy is shown with how it was measured', () => {
  const joules = { count: 6, median: 2, lowerQuartile: 2, upperQuartile: 2 };
  const spent = (scale: number) => ({
    ...modelFigures(10),
    energy: {
      joules: { ...joules, median: 2 * scale },
      joulesAboveIdle: { ...joules, median: 1.5 * scale },
      runs: 600,
    },
  });
  const figure = benchmarkFigure({
    original: spent(2),
    candidate: spent(1),
    comparison: { energy: comparison(2) },
    idleWatts: 30,
  });
  const text = drawBenchmark(
    benchmarkRecord({
      figures: [figure],
      energy: { status: 'measured', method: 'RAPL counters of package-0' },
    }),
  );
  expect(text).toMatch(/pruned +│ +2 J │ +1.5 J │ 2.00 × │ +faster/);
  expect(text).toContain('energy: RAPL counters of package-0\n');
});

test('no line is wider than a hundred columns', () => {
  const long = benchmarkFigure({
    label: 'batch 1024, sequence_length 16384, past 100000',
    graphOptimizationLevel: 'disabled',
    original: modelFigures(12_345),
    candidate: modelFigures(9_999),
  });
  const lines = drawBenchmark(benchmarkRecord({ figures: [long] }))
    .split('\n')
    .filter((line) => /^[┌│]/.test(line));
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100);
});
