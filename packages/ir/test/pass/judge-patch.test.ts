import { expect, test } from 'vitest';
import { type Judge, runPipeline } from '../../src/index.ts';
import { judgePatch, measureSelection } from '../../src/pass/judge-patch.ts';
import { bareContext, passOf, patchOf } from '../support/passes.ts';
import { tinyModel } from '../support/tiny-model.ts';

const metric = { name: 'loss', lowerIsBetter: true };
const plain: Judge = { metric, measure: async () => 2 };

/** The loss lies within half of itself on each side. */
const telling: Judge = {
  ...plain,
  measureExamples: async () => ({ value: 2, scores: [1, 3] }),
  dropInterval: (original, candidate, confidence = 0.95) => {
    const drop = (candidate.value - original.value) / original.value;
    return { lower: drop / 2, upper: drop * 1.5, confidence };
  },
};

const at = (value: number) => ({ value, scores: [value] });

test('without a confidence the loss itself decides', () => {
  expect(judgePatch(telling, at(2), at(2.016), { maxDrop: 0.01 })).toEqual({
    outcome: 'pass',
    scores: { selection: 2.016, selectionDrop: expect.closeTo(0.008, 9) },
    reason: 'loss gets worse by 0.80 %, the budget is 1.00 %',
  });
});

test('with one the upper end of its interval does', () => {
  const budget = { maxDrop: 0.01, confidence: 0.9 };
  expect(judgePatch(telling, at(2), at(2.016), budget)).toEqual({
    outcome: 'fail',
    scores: {
      selection: 2.016,
      selectionDrop: expect.closeTo(0.008, 9),
      selectionDropLower: expect.closeTo(0.004, 9),
      selectionDropUpper: expect.closeTo(0.012, 9),
    },
    reason: 'loss gets worse by 0.80 %, at most 1.20 % with confidence 0.9, the budget is 1.00 %',
  });
  expect(judgePatch(telling, at(2), at(2.01), budget).outcome).toBe('pass');
});

test('a judge that cannot tell intervals leaves it unknown', async () => {
  const budget = { maxDrop: 0.01, confidence: 0.9 };
  expect(await measureSelection(plain, tinyModel().model, budget)).toEqual({ value: 2, scores: [] });
  const judged = judgePatch(plain, { value: 2, scores: [] }, { value: 2, scores: [] }, budget);
  expect(judged).toMatchObject({ outcome: 'unknown', reason: expect.stringContaining('is not known') });
});

test('examples are measured only where an interval is asked for', async () => {
  const { model } = tinyModel();
  expect(await measureSelection(telling, model, { maxDrop: 1 })).toEqual({ value: 2, scores: [] });
  const budget = { maxDrop: 1, confidence: 0.5 };
  expect(await measureSelection(telling, model, budget)).toEqual({ value: 2, scores: [1, 3] });
});

test('a pipeline under a confidence keeps what is surely within the budget', async () => {
  const values = [2, 2.016, 2.01];
  const judge: Judge = {
    ...telling,
    measureExamples: async () => at(values.shift() ?? Number.NaN),
  };
  const pass = {
    ...passOf('judged', function* () {
      yield { ...patchOf('unsure', () => undefined), guarantee: 'empirical' as const };
      yield { ...patchOf('sure', () => undefined), guarantee: 'empirical' as const };
    })(),
    guarantee: 'empirical' as const,
  };
  const context = bareContext({ judge, maxDrop: 0.01, confidence: 0.95 });
  const [record] = await runPipeline(tinyModel().model, [pass], context);
  expect(record?.patches.map(({ name, decision }) => [name, decision])).toEqual([
    ['unsure', 'reverted'],
    ['sure', 'applied'],
  ]);
});
