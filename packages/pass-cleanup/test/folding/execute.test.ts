import { type Executor, type Model, SenteiError, Tensor } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { computeResults } from '../../src/folding/execute.ts';
import { planBatches } from '../../src/folding/plan-batches.ts';
import { takeSurvey } from '../../src/survey.ts';
import { operators, tinyModel } from '../support/tiny.ts';

const OPS = ['Sin', 'Cos', 'Exp', 'Tan', 'Erf'];

function batchOf() {
  const model = tinyModel({}, (b) => OPS.map((op) => b.op(op, [b.float32([1])])));
  const [batch] = planBatches(new Map(), new Set(), takeSurvey(model), 1000);
  if (batch === undefined) throw new Error('there is something to compute');
  return { batch, values: [...batch.results.keys()] };
}

/** Answers with as many ones as are asked for, unless the model has an operator it cannot do. */
function executor(unable: readonly string[], seen: string[][] = [], answer = Tensor.floats([1])): Executor {
  return {
    run: async (model: Model) => {
      seen.push(operators(model));
      const bad = operators(model).find((op) => unable.includes(op));
      if (bad !== undefined) throw new SenteiError('runtime-failed', `no kernel for ${bad}`);
      return new Map(model.graph.outputs.map(({ name }) => [name, answer]));
    },
  };
}

describe('computeResults', () => {
  it('computes all values in one run, each model holding only what they need', async () => {
    const { batch, values } = batchOf();
    const seen: string[][] = [];
    const { tensors, failures } = await computeResults(
      batch,
      values.slice(1, 3),
      executor([], seen),
      undefined,
    );
    expect([...tensors.keys()]).toEqual(values.slice(1, 3));
    expect(failures.size).toBe(0);
    expect(seen).toEqual([['Cos', 'Exp']]);
  });

  it('finds the values at fault and keeps the others', async () => {
    const { batch, values } = batchOf();
    const { tensors, failures } = await computeResults(batch, values, executor(['Exp', 'Erf']), undefined);
    expect(tensors.size).toBe(3);
    expect([...failures].map(([value, reason]) => [value.producer?.opType, reason])).toEqual([
      ['Exp', 'no kernel for Exp'],
      ['Erf', 'no kernel for Erf'],
    ]);
  });

  it('believes no result of another shape', async () => {
    const { batch, values } = batchOf();
    const wrong = executor([], [], Tensor.floats([1, 2]));
    const { failures } = await computeResults(batch, values.slice(0, 1), wrong, undefined);
    expect([...failures.values()]).toEqual(['the executor gave float32[2] where inference says float32[1]']);
  });

  it('lets a cancellation through', async () => {
    const { batch, values } = batchOf();
    const cancelled: Executor = { run: () => Promise.reject(new SenteiError('cancelled', 'enough')) };
    await expect(computeResults(batch, values, cancelled, undefined)).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
