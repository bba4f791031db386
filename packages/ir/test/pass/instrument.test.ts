import { expect, test } from 'vitest';
import { z } from 'zod';
import { definePass, type Instrument, type Judge, runPipeline, SenteiError, Value } from '../../src/index.ts';
import { rejection } from '../support/code-of.ts';
import { bareContext, counting, passOf, patchOf } from '../support/passes.ts';
import { tinyModel } from '../support/tiny-model.ts';

function recorder(name: string, heard: string[]): Instrument {
  return {
    beforePass: async ({ pass, place }) => void heard.push(`${name} before ${place} ${pass.id}`),
    afterPatch: ({ number, patch }) => void heard.push(`${name} patch ${number} ${patch.name}`),
    afterPass: ({ place, decisions }) => void heard.push(`${name} after ${place} ${decisions.applied}`),
    onFailure: ({ number, patch, place }) =>
      void heard.push(`${name} failure ${place} ${number} ${patch?.name}`),
  };
}

test('instruments are told in order, of kept patches only', async () => {
  const heard: string[] = [];
  const instruments = [recorder('a', heard), {}, recorder('b', heard)];
  await runPipeline(tinyModel().model, [counting(2)], bareContext(), { instruments, stopAfter: 1 });
  expect(heard).toEqual([
    'a before 1 counting',
    'b before 1 counting',
    'a patch 1 number 1',
    'b patch 1 number 1',
    'a after 1 1',
    'b after 1 1',
  ]);
});

test('every proposal and every decision is told, refused and reverted ones too', async () => {
  const heard: string[] = [];
  const watch: Instrument = {
    onProposal: ({ number, patch, place }) => void heard.push(`${place} proposed ${number} ${patch.name}`),
    onDecision: ({ number, patch }) =>
      void heard.push(`${patch.decision} ${number} ${patch.name}: ${patch.reason}`),
  };
  const judged = definePass({
    id: 'judged',
    description: 'yields one patch that is too much, and one that is not',
    guarantee: 'empirical',
    schema: z.strictObject({}),
    *propose() {
      yield { ...patchOf('bad', () => undefined), guarantee: 'empirical' };
      yield { ...patchOf('good', () => undefined), guarantee: 'empirical' };
      yield { kind: 'refusal', name: 'other', nodes: [], reason: 'not this one' };
    },
  });
  const figures = [2, 3, 2];
  const judge: Judge = {
    metric: { name: 'loss', lowerIsBetter: true },
    measure: async () => figures.shift() ?? Number.NaN,
  };
  await runPipeline(tinyModel().model, [judged()], bareContext({ judge, maxDrop: 0.01 }), {
    instruments: [watch],
    stopAfter: 1,
  });
  expect(heard).toEqual([
    '1 proposed 1 bad',
    'reverted 1 bad: loss gets worse by 50.00 %, the budget is 1.00 %',
    '1 proposed 1 good',
    'applied 1 good: loss gets worse by 0.00 %, the budget is 1.00 %',
    'refused 2 other: not this one',
  ]);
});

test('a failure is told with the patch at work and its number, cancelling is not', async () => {
  const { model, relu } = tinyModel();
  const heard: string[] = [];
  const breaking = passOf('breaking', function* () {
    yield patchOf('good', () => undefined);
    yield patchOf('bad', () => relu.setInput(0, new Value('nowhere')));
  });
  const options = { instruments: [recorder('a', heard)] };
  const error = await rejection(runPipeline(model, [counting(1), breaking()], bareContext(), options));
  expect([error?.code, heard.at(-1)]).toEqual(['invalid-graph', 'a failure 2 3 bad']);

  heard.length = 0;
  const signal = AbortSignal.abort();
  expect((await rejection(runPipeline(model, [counting(1)], bareContext({ signal }), options)))?.code).toBe(
    'cancelled',
  );
  expect(heard).toEqual([]);
});

test('a pass that throws between patches fails without one', async () => {
  const heard: string[] = [];
  const throwing = passOf('throwing', function* () {
    yield patchOf('good', () => undefined);
    throw new RangeError('oh');
  });
  const options = { instruments: [recorder('a', heard)] };
  await expect(runPipeline(tinyModel().model, [throwing()], bareContext(), options)).rejects.toThrow(
    RangeError,
  );
  expect(heard.at(-1)).toBe('a failure 1 2 undefined');
});

test('an instrument that throws ends the pipeline, except when it is told of a failure', async () => {
  const warnings: string[] = [];
  const logger = { info: () => undefined, warn: (message: string) => void warnings.push(message) };
  const full: Instrument = {
    afterPatch: () => {
      throw new SenteiError('output-unwritable', 'the disk is full');
    },
    onFailure: () => {
      throw new Error('the disk is still full');
    },
  };
  const running = runPipeline(tinyModel().model, [counting(1)], bareContext({ logger }), {
    instruments: [full],
  });
  expect((await rejection(running))?.code).toBe('output-unwritable');
  expect(warnings).toEqual(['the failure of pass counting could not be recorded: the disk is still full']);
});
