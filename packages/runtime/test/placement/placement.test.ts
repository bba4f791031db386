import { expect, test } from 'vitest';
import { summarizePlacement } from '../../src/placement/placement.ts';
import type { ProfiledNode } from '../../src/placement/profile.ts';

const CPU = 'CPUExecutionProvider';
const CUDA = 'CUDAExecutionProvider';

function node(
  name: string,
  opType: string,
  provider: string,
  executions: number,
  milliseconds: number,
): ProfiledNode {
  return { name, opType, provider, executions, milliseconds };
}

const profile = {
  runs: 2,
  runMilliseconds: 20,
  executeMilliseconds: 16,
  nodes: [
    node('product', 'MatMul', CUDA, 2, 8),
    node('loop', 'Loop', CUDA, 2, 5),
    node('body', 'Add', CUDA, 20, 4),
    node('in', 'MemcpyFromHost', CUDA, 4, 1),
    node('out', 'MemcpyToHost', CUDA, 2, 1),
    node('size', 'Gather', CPU, 2, 0.2),
    node('odd', 'Strange', CPU, 2, 0.4),
  ],
};

const assignments = [
  {
    provider: CPU,
    nodes: 3,
    listed: [
      { opType: 'Gather', name: 'size' },
      { opType: 'Strange', name: 'odd' },
      { opType: 'Mul', name: 'never' },
    ],
  },
  { provider: CUDA, nodes: 5, listed: [] },
];

test('what ran elsewhere is named with its reason, and times are taken apart', () => {
  const placement = summarizePlacement('cuda', profile, { assignments, preferredOnCpu: new Set(['size']) });
  expect(placement).toEqual({
    executionProvider: 'cuda',
    isComplete: false,
    runs: 2,
    ran: { [CUDA]: 3, [CPU]: 2 },
    assigned: { [CPU]: 3, [CUDA]: 5 },
    exceptions: [
      {
        name: 'odd',
        opType: 'Strange',
        provider: CPU,
        reason: 'no kernel',
        executions: 1,
        milliseconds: 0.2,
      },
      {
        name: 'size',
        opType: 'Gather',
        provider: CPU,
        reason: 'shape computation',
        executions: 1,
        milliseconds: 0.1,
      },
    ],
    unreached: [{ opType: 'Mul', name: 'never', provider: CPU }],
    copies: { toDevice: 2, toHost: 1 },
    // 12 ms of kernels, 2 ms of copying nodes and 4 ms around the graph in two runs; the loop is the sum of its body.
    times: { kernels: 6, elsewhere: expect.closeTo(0.3, 12), transfers: 3, run: 10 },
  });
});

test('a model is complete when nothing ran elsewhere', () => {
  const nodes = profile.nodes.filter(({ provider }) => provider === CUDA);
  const placement = summarizePlacement(
    'cuda',
    { ...profile, nodes },
    { assignments: [], preferredOnCpu: new Set() },
  );
  expect(placement).toMatchObject({ isComplete: true, exceptions: [], assigned: {} });
});
