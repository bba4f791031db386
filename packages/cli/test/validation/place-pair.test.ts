import type { Placement } from '@sentei/runtime';
import { expect, test } from 'vitest';
import { describe, placePair } from '../../src/validation/place-pair.ts';

test('on the CPU provider there is nothing to find out', async () => {
  const pair = { original: 'missing.onnx', candidate: 'missing.onnx', inputs: [], gates: {}, threads: 1 };
  expect(await placePair({ ...pair, provider: 'cpu' })).toEqual({ placement: null, warnings: [] });
});

test('a model that nothing can be made up for is a warning', async () => {
  const inputs = [{ name: 'x', type: null, dims: null }];
  const pair = { original: 'missing.onnx', candidate: 'missing.onnx', inputs, gates: {}, threads: 1 };
  expect(await placePair({ ...pair, provider: 'cuda' })).toMatchObject({
    placement: null,
    warnings: [expect.stringContaining("where nodes ran on cuda is not known: input 'x'")],
  });
});

test('nodes that ran elsewhere are named', () => {
  const exception = {
    provider: 'CPUExecutionProvider',
    reason: 'shape computation',
    executions: 1,
    milliseconds: 0,
  } as const;
  const placement: Placement = {
    executionProvider: 'cuda',
    isComplete: false,
    runs: 1,
    ran: {},
    assigned: {},
    exceptions: [{ ...exception, name: 'a', opType: 'Shape' }],
    unreached: [],
    copies: { toDevice: 0, toHost: 0 },
    times: { kernels: 1, elsewhere: 0, transfers: 0, run: 1 },
  };
  expect(describe('candidate', 'cuda', placement)).toEqual([
    'of the candidate 1 nodes did not run on cuda: Shape a',
  ]);
  expect(describe('candidate', 'cuda', { ...placement, isComplete: true, exceptions: [] })).toEqual([]);
});
