import { hostTensor } from '@sentei/data';
import { expect, test } from 'vitest';
import { placeModels, refuseElsewhere } from '../../src/placement/place-models.ts';
import type { Placement } from '../../src/placement/placement.ts';
import { modelFile } from '../support/model-file.ts';
import { doublingModel } from '../support/tiny-model.ts';

const feeds = { x: hostTensor('float32', [1, 4], new Float32Array(4)) };

test('one model or two are placed', async () => {
  const path = await modelFile(doublingModel());
  const options = { executionProvider: 'cpu', runs: 1 } as const;
  const alone = await placeModels('batch 1', { original: { path, feeds } }, options);
  expect(alone).toEqual({ label: 'batch 1', original: expect.objectContaining({ isComplete: true }) });
  const both = await placeModels(
    'batch 1',
    { original: { path, feeds }, candidate: { path, feeds } },
    options,
  );
  expect(both.candidate?.ran).toEqual({ CPUExecutionProvider: 1 });
});

const placement: Placement = {
  executionProvider: 'cuda',
  isComplete: false,
  runs: 1,
  ran: { CPUExecutionProvider: 1 },
  assigned: {},
  exceptions: [
    {
      name: 'a',
      opType: 'Add',
      provider: 'CPUExecutionProvider',
      reason: 'no kernel',
      executions: 1,
      milliseconds: 1,
    },
  ],
  unreached: [],
  copies: { toDevice: 0, toHost: 0 },
  times: { kernels: 0, elsewhere: 1, transfers: 0, run: 1 },
};

test('a model of which nothing runs on the provider has no figures of it', () => {
  expect(() => refuseElsewhere('m.onnx', placement)).toThrow(
    expect.objectContaining({
      code: 'runtime-failed',
      subject: 'm.onnx',
      message: 'm.onnx: none of its 1 nodes runs on cuda',
    }),
  );
  const partly = { ...placement, ran: { CPUExecutionProvider: 1, CUDAExecutionProvider: 1 } };
  expect(() => refuseElsewhere('m.onnx', partly)).not.toThrow();
  expect(() => refuseElsewhere('m.onnx', { ...placement, ran: {}, exceptions: [] })).not.toThrow();
});
