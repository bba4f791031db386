import type { Placement } from '@sentei/runtime';
import { expect, test } from 'vitest';
import { drawPlacement, placementsIn } from '../../../src/html/sections/placement.ts';
import { cellsOf, elementsOf } from '../../support/page.ts';
import { report } from '../../support/report.ts';

const placement: Placement = {
  executionProvider: 'cuda',
  isComplete: false,
  runs: 5,
  ran: { CUDAExecutionProvider: 90, CPUExecutionProvider: 1 },
  assigned: { CUDAExecutionProvider: 95, CPUExecutionProvider: 2 },
  exceptions: [
    {
      name: '<shape>',
      opType: 'Gather',
      provider: 'CPUExecutionProvider',
      reason: 'shape computation',
      executions: 1,
      milliseconds: 0.01,
    },
  ],
  unreached: [{ opType: 'Add', name: '', provider: 'CPUExecutionProvider' }],
  copies: { toDevice: 2, toHost: 1 },
  times: { kernels: 1.5, elsewhere: 0.01, transfers: 0.2, run: 2 },
};

test('placements are found by their form, with the name of the model they are of', () => {
  const benchmark = {
    results: { original: { placement }, pruned: { placement: [{ ...placement, runs: 9 }] } },
  };
  expect(
    placementsIn({ report: report(), benchmark }).map(({ model, placement: { runs } }) => [model, runs]),
  ).toEqual([
    ['original', 5],
    ['pruned', 9],
  ]);
  expect(placementsIn({ report: report(), benchmark: { placement: { executionProvider: 'cuda' } } })).toEqual(
    [],
  );
});

test('providers are counted and exceptions are named with their reasons', () => {
  const markup = drawPlacement([{ model: 'pruned', placement }]);
  expect(String(markup)).toContain('1 nodes ran elsewhere than on cuda.');
  expect(cellsOf(markup)).toEqual([
    ['CUDAExecutionProvider', '90', '95'],
    ['CPUExecutionProvider', '1', '2'],
    ['<shape>', 'Gather', 'CPUExecutionProvider', 'shape computation', '0.01 ms'],
    ['unnamed', 'Add', 'CPUExecutionProvider', 'no run reached it', ''],
  ]);
});

test('a complete placement is claimed, an absent one is not measured', () => {
  const complete = { ...placement, isComplete: true, exceptions: [], unreached: [] };
  const markup = drawPlacement([{ model: 'pruned', placement: complete }]);
  expect(String(markup)).toContain('Every node that ran, copies aside, ran on cuda.');
  expect(elementsOf(markup).querySelector('details')).toBeNull();
  expect(String(drawPlacement([]))).toContain('Not measured');
});
