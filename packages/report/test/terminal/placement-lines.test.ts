import type { Placement } from '@sentei/runtime';
import { expect, test } from 'vitest';
import { describePlacements } from '../../src/terminal/placement-lines.ts';

const complete: Placement = {
  executionProvider: 'cuda',
  isComplete: true,
  runs: 5,
  ran: { CUDAExecutionProvider: 1200 },
  assigned: {},
  exceptions: [],
  unreached: [],
  copies: { toDevice: 0, toHost: 0 },
  times: { kernels: 1.5, elsewhere: 0, transfers: 0.5, run: 2.5 },
};

const exception = (opType: string, reason: 'shape computation' | 'no kernel') => ({
  name: opType.toLowerCase(),
  opType,
  provider: 'CPUExecutionProvider',
  reason,
  executions: 1,
  milliseconds: 0.1,
});

test('a model that is all on the device', () => {
  expect(describePlacements({ label: 'length 512', original: complete })).toEqual([
    'original at length 512: 1,200 of 1,200 nodes on cuda; 0 copies to it and 0 back; kernels 1.5 ms, transfers 0.5 ms a run, each node waited for',
  ]);
});

test('exceptions are counted by reason, with the kinds of nodes', () => {
  const candidate: Placement = {
    ...complete,
    isComplete: false,
    ran: { CUDAExecutionProvider: 7, CPUExecutionProvider: 3 },
    exceptions: [
      exception('Squeeze', 'shape computation'),
      exception('Gather', 'shape computation'),
      exception('Strange', 'no kernel'),
    ],
    unreached: [{ name: 'a', opType: 'Mul', provider: 'CPUExecutionProvider' }],
    copies: { toDevice: 4, toHost: 9 },
  };
  const [, line] = describePlacements({ label: 'fixed size', original: complete, candidate });
  expect(line).toContain(
    'pruned at fixed size: 7 of 10 nodes on cuda; 2 elsewhere for shape computation (Gather, Squeeze); 1 elsewhere for no kernel (Strange); 1 elsewhere that no run reached; 4 copies to it and 9 back;',
  );
});
