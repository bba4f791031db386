import { parseHTML } from 'linkedom';
import type { LatencyPoint } from '../../src/html/types.ts';
import type {
  AnatomyFacts,
  HeadReachFacts,
  ReachFacts,
  Report,
  SubBlockFacts,
} from '../../src/json/types.ts';
import { measured, passRecord, patchRecord, report } from './report.ts';

/** A residual branch that nothing was done to. */
export function part(fields: Partial<SubBlockFacts> = {}): SubBlockFacts {
  const facts = { kind: 'mlp', norm: 'pre', merge: 'Add a', heads: null, nodes: 9, nodesLeft: 9 };
  return { ...facts, mergeLeft: true, decisions: [], ...fields };
}

/** A head that skips the given shares of tiles at 512 positions and at 1,024. */
export function headReach(head: number, short: number, long: number): HeadReachFacts {
  const kind = long > 0.8 ? 'local' : long > 0.2 ? 'medium' : 'global';
  return {
    attention: 0,
    head,
    scoreBound: 9.5,
    halfLife: kind === 'global' ? Number.POSITIVE_INFINITY : 20 * (head + 1),
    span: { median: Math.round(512 * (1 - long)), most90: Math.round(900 * (1 - long)), most: 1000 },
    kind,
    lengths: [
      { length: 512, skipped: short, work: (1 - short) / 2 },
      { length: 1024, skipped: long, work: (1 - long) / 2 },
    ],
  };
}

/** One attention whose reach is known, of a local head, a medium and a global one, and one of unknown reach. */
export function reach(
  fields: Partial<Extract<ReachFacts, { status: 'done' }>> = {},
): Extract<ReachFacts, { status: 'done' }> {
  return {
    status: 'done',
    epsilon: 4.5e-5,
    sequences: 2,
    grid: { rows: 128, keys: 64 },
    heads: [headReach(0, 0.5, 0.9), headReach(1, 0, 0.4), headReach(2, 0, 0)],
    others: [{ attention: 1, reason: 'no forget bias: nothing bounds how far back a query looks' }],
    gains: [
      { length: 512, attentionShare: 0.3, workLeft: 0.45, attention: 2.2, model: 1.2 },
      { length: 1024, attentionShare: 0.5, workLeft: 0.3, attention: 3.3, model: 1.5 },
    ],
    holding: [{ attention: 0, head: 2, share: 0.6, modelWithout: 1.25 }],
    ...fields,
  };
}

const at = (record: number, patch: number) => ({ record, patch });

/** Two blocks: attention that was rewritten, and branches that were tried, removed and kept. */
export function anatomy(): AnatomyFacts {
  return {
    blocks: [
      {
        depth: 0,
        subBlocks: [
          part({ kind: 'attention', heads: 4, nodesLeft: 6, decisions: [at(0, 0)] }),
          part({ merge: 'Add b', nodesLeft: 0, mergeLeft: false, decisions: [at(1, 0)] }),
        ],
      },
      {
        depth: 1,
        subBlocks: [
          part({ kind: 'attention', merge: 'Add c', norm: 'none', decisions: [at(1, 1)] }),
          part({ merge: 'Add d', norm: 'post', nodesLeft: 8 }),
        ],
      },
    ],
    skipped: [{ node: 'Add e', reason: 'something outside reads the branch' }],
  };
}

/** A report with everything a page can show. */
export function fullReport(fields: Partial<Report> = {}): Report {
  const trial = { guarantee: 'empirical', nodes: ['Add b'] } as const;
  return report({
    anatomy: anatomy(),
    passes: [
      passRecord('acp', [
        patchRecord({ pass: 'acp', name: 'attention 0', guarantee: 'bounded', scores: { scoreBound: 9.5 } }),
      ]),
      passRecord(
        'collapse',
        [
          patchRecord({
            ...trial,
            pass: 'collapse',
            name: 'remove sub-block 1 (mlp)',
            scores: { calibrationDrop: 0.004, parameters: 500, selectionDrop: 0.006 },
            reason: 'bits per byte gets worse by 0.60 %, the budget is 1.00 %',
          }),
          patchRecord({
            pass: 'collapse',
            name: 'remove sub-block 2 (attention)',
            nodes: ['Add c'],
            decision: 'refused',
            scores: { calibrationDrop: 0.3, parameters: 400 },
            reason: 'a loss of 30.00 %; the budget is 1.00 %',
          }),
        ],
        { place: '2' },
      ),
    ],
    tiles: {
      status: 'done',
      length: 2048,
      windows: 3,
      heads: [{ attention: 0, skipped: [0, 0.25, 0.5, 0.99] }],
    },
    reach: reach(),
    machine: {
      cpu: 'a processor',
      logicalCores: 8,
      usableCores: 2,
      memory: 16e9,
      operatingSystem: 'Linux 6 x64',
      node: '20.19.0',
      onnxruntimeNode: '1.30.0',
      providers: ['cpu'],
      gpus: [],
    },
    data: {
      calibration: { path: 'text.txt', from: 0, to: 100 },
      selection: { path: 'text.txt', from: 100, to: 200 },
      heldout: { path: 'text.txt', from: 200, to: 400 },
    },
    validation: measured({ speed: [speed(64, 20, 10), speed(512, 200, 80)] }),
    ...fields,
  });
}

function speed(length: number, original: number, candidate: number) {
  const summary = (median: number) => ({
    count: 5,
    median,
    lowerQuartile: median * 0.9,
    upperQuartile: median * 1.1,
  });
  return {
    label: `length ${length}`,
    inputs: 'held-out text',
    batch: 1,
    length,
    original: summary(original),
    candidate: summary(candidate),
    speedup: summary(original / candidate),
    rounds: 5,
    runsPerSample: 1,
  } as const;
}

/** Times of both models at one size. */
export function latencyPoint(fields: Partial<LatencyPoint> = {}): LatencyPoint {
  const figure = (median: number) => ({ median, lowerQuartile: median * 0.9, upperQuartile: median * 1.1 });
  return {
    label: 'length 64',
    group: 'cpu, 2 threads',
    batch: 1,
    length: 64,
    original: figure(20),
    candidate: figure(10),
    speedup: 2,
    speedupRange: { lower: 1.8, upper: 2.2, kind: '95 % interval' },
    verdict: 'faster',
    ...fields,
  };
}

/** Markup as elements. */
export function elementsOf(markup: { toString(): string }) {
  return parseHTML(`<!doctype html><html><body>${markup}</body></html>`).document;
}

/** The texts of all cells of the tables in some markup, by row. */
export function cellsOf(markup: { toString(): string }): string[][] {
  return [...elementsOf(markup).querySelectorAll('tbody tr')].map((row) =>
    [...row.children].map((cell) => cell.textContent ?? ''),
  );
}
