import { type Model, readModel, runPipeline, SenteiError } from '@sentei/ir';
import { expect, test } from 'vitest';
import { collapse } from '../src/collapse.ts';
import { additive, contextWith, FakeJudge } from './support/fake-judge.ts';
import { branchesLeft, dump, residualModel } from './support/residual-model.ts';

const LAYERS = ['attention', 'mlp', 'attention', 'mlp'] as const;

async function run(model: Model, judge: FakeJudge | undefined, maxDrop: number, options = {}) {
  const [record] = await runPipeline(model, [collapse(options)], contextWith(judge, maxDrop));
  return (record?.patches ?? []).map(({ name, decision }) => `${decision}: ${name}`);
}

test('removes what costs least first, measures the others again, and stays within the budget', async () => {
  const model = residualModel(LAYERS);
  const judge = new FakeJudge(additive(0.03, 0.01, 0.02, 0.5));
  expect(await run(model, judge, 0.035, { granularity: 'sub-block' })).toEqual([
    'refused: remove sub-block 3 (mlp)',
    'applied: remove sub-block 1 (mlp)',
    'refused: remove sub-block 0 (attention)',
    'applied: remove sub-block 2 (attention)',
  ]);
  expect(branchesLeft(model)).toEqual([0, 3]);
  expect(judge.log).toEqual([
    'selection 0123',
    'calibration 0123',
    ...['calibration 123', 'calibration 023', 'calibration 013', 'calibration 012'],
    'selection 023',
    ...['calibration 23', 'calibration 03'],
    'selection 03',
  ]);
});

test('a refusal carries the figures', async () => {
  const [record] = await runPipeline(
    residualModel(['mlp']),
    [collapse()],
    contextWith(new FakeJudge(additive(0.09)), 0.01),
  );
  const [refused] = record?.patches ?? [];
  expect(refused?.reason).toBe(
    'bits per byte 1.0000 becomes 1.0900 on the calibration data, a loss of 9.00 %; the budget is 1.00 %',
  );
  expect(refused?.nodes).toEqual(['Add sum_0']);
  expect(refused?.scores).toEqual({
    calibration: 1.09,
    baseline: 1,
    calibrationDrop: expect.closeTo(0.09, 12),
    parameters: 16,
  });
});

test('a model of which nothing can be spared comes back as it was', async () => {
  const model = residualModel(LAYERS);
  const before = dump(model);
  const decisions = await run(model, new FakeJudge(additive(0.2, 0.2, 0.2, 0.2)), 0.01);
  expect(decisions).toHaveLength(6);
  expect(decisions.every((decision) => decision.startsWith('refused'))).toBe(true);
  expect(dump(model)).toEqual(before);
});

test('a block that is cheap only as a whole goes as a whole', async () => {
  const model = residualModel(LAYERS);
  const cost = (gone: ReadonlySet<number>) =>
    (gone.has(0) !== gone.has(1) ? 0.5 : 0) + (gone.has(2) ? 1 : 0) + (gone.has(3) ? 1 : 0);
  const decisions = await run(model, new FakeJudge(cost), 0.01);
  expect(decisions.filter((decision) => decision.startsWith('applied'))).toEqual(['applied: remove block 0']);
  expect(branchesLeft(model)).toEqual([2, 3]);
});

test('a block and its sub-blocks are never removed twice', async () => {
  const model = residualModel(LAYERS);
  const decisions = await run(model, new FakeJudge(() => 0), 0.01);
  // All cost the same, so the blocks, which hold most parameters, go first and take their sub-blocks along.
  expect(decisions).toEqual(['applied: remove block 0', 'applied: remove block 1']);
  expect(branchesLeft(model)).toEqual([]);
});

test('what other data does not confirm is reverted, and the next best is tried on the same model', async () => {
  const model = residualModel(['mlp', 'mlp']);
  const judge = new FakeJudge((gone, split) =>
    split === 'selection' && gone.has(0) ? 0.5 : 0.001 * gone.size,
  );
  expect(await run(model, judge, 0.01)).toEqual([
    'reverted: remove sub-block 0 (mlp)',
    'applied: remove sub-block 1 (mlp)',
  ]);
  expect(branchesLeft(model)).toEqual([0]);
});

test('without data every candidate is refused', async () => {
  const model = residualModel(['attention', 'mlp']);
  expect(await run(model, undefined, 0.01)).toEqual([
    'refused: remove sub-block 0 (attention)',
    'refused: remove sub-block 1 (mlp)',
    'refused: remove block 0',
  ]);
  expect(branchesLeft(model)).toEqual([0, 1]);
});

test('keep holds the number of blocks, and costs no measurement', async () => {
  const model = residualModel(LAYERS);
  const judge = new FakeJudge(() => 0);
  expect(await run(model, judge, 0.01, { keep: 1, granularity: 'block' })).toEqual([
    'applied: remove block 0',
    'refused: remove block 1',
  ]);
  expect(judge.log).toEqual([
    'selection 0123',
    'calibration 0123',
    'calibration 23',
    'calibration 01',
    'selection 23',
  ]);
});

test('maxDrop tightens the budget and never widens it', async () => {
  const attempt = async (maxDrop: number) => {
    const model = residualModel(['mlp', 'mlp']);
    await run(model, new FakeJudge(additive(0.02, 0.04)), 0.03, { maxDrop });
    return branchesLeft(model);
  };
  expect(await attempt(0.01)).toEqual([0, 1]);
  expect(await attempt(0.5)).toEqual([1]);
});

test('a candidate that the model does not run without is refused, whatever the budget', async () => {
  const model = residualModel(['mlp', 'mlp']);
  const judge = new FakeJudge((gone) => {
    if (gone.has(0)) throw new SenteiError('runtime-failed', 'shapes do not fit');
    return 0;
  });
  expect(await run(model, judge, Number.POSITIVE_INFINITY)).toEqual([
    'refused: remove sub-block 0 (mlp)',
    'applied: remove sub-block 1 (mlp)',
  ]);
});

test('any other failure of the judge ends the pass with the model as it was', async () => {
  const model = residualModel(['mlp']);
  const before = dump(model);
  const judge = new FakeJudge((gone) => {
    if (gone.size > 0) throw new SenteiError('invalid-data', 'the text is gone');
    return 0;
  });
  await expect(run(model, judge, 0.01)).rejects.toMatchObject({ code: 'invalid-data' });
  expect(dump(model)).toEqual(before);
});

test('reports progress and stops when it is cancelled', async () => {
  const controller = new AbortController();
  const judge = new FakeJudge((gone) => {
    if (gone.has(1)) controller.abort();
    return 1;
  });
  const context = contextWith(judge, 0.01, controller.signal);
  const model = residualModel(['mlp', 'mlp', 'mlp']);
  const ends = runPipeline(model, [collapse()], context);
  await expect(ends).rejects.toMatchObject({ code: 'cancelled' });
  expect(context.steps).toEqual([
    { message: 'measuring the model without sub-block 0 (mlp)', done: 0, total: 3 },
    { message: 'measuring the model without sub-block 1 (mlp)', done: 1, total: 3 },
  ]);
  expect(branchesLeft(model)).toEqual([0, 1, 2]);
});

test('sums that cannot be taken out are reported with their reason', async () => {
  const model = residualModel(['mlp']);
  const hidden = [...model.graph.nodes()].find((node) => node.is('Relu'))?.outputs[0];
  if (hidden) model.graph.setOutputs([...model.graph.outputs, hidden]);
  const [record] = await runPipeline(model, [collapse()], contextWith(undefined, 0.01));
  expect(record?.patches.map(({ name, nodes, reason }) => ({ name, nodes, reason }))).toEqual([
    {
      name: 'residual sum',
      nodes: ['Add sum_0'],
      reason: '%relu_out of the branch is an output of the graph',
    },
  ]);
});

test.each([{ keep: -1 }, { keep: 1.5 }, { granularity: 'layer' }, { maxDrop: -0.1 }])(
  'refuses %j',
  (options) => {
    expect(() => collapse(options as object)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  },
);

test('proposes each of the sub-blocks and blocks of the checkpoint', async () => {
  const model = await readModel('checkpoints/fox-pro-6l/model.onnx');
  const decisions = await run(model, undefined, 0.01);
  expect(decisions).toHaveLength(18);
  expect(decisions.at(-1)).toBe('refused: remove block 5');
});
