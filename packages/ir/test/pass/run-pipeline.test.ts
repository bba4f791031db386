import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  type Decision,
  definePass,
  type Guarantee,
  type Judge,
  type Model,
  type Pass,
  type PassContext,
  type Patch,
  runPipeline,
  SenteiError,
  Value,
  writeModelBytes,
} from '../../src/index.ts';
import { rejection } from '../support/code-of.ts';
import { tinyModel } from '../support/tiny-model.ts';

function judgeOf(measure: (model: Model) => number): Judge {
  return { metric: { name: 'accuracy', lowerIsBetter: false }, measure: async (model) => measure(model) };
}

function context(fields: Partial<PassContext> = {}): PassContext {
  const logger = { info: () => undefined, warn: () => undefined };
  return { logger, judge: undefined, maxDrop: 0.1, progress: () => undefined, ...fields };
}

function patch(name: string, guarantee: Guarantee, apply: () => void): Patch {
  return { kind: 'patch', name, guarantee, nodes: ['Relu relu'], scores: { score: 1 }, apply };
}

function passOf(guarantee: Guarantee, propose: Pass['propose']): Pass {
  const factory = definePass({
    id: 'test',
    description: 'a pass of a test',
    guarantee,
    schema: z.object({ rate: z.number().default(1) }),
    propose,
  });
  return factory();
}

describe('runPipeline', () => {
  it('records what became of each proposal and what the model lost', async () => {
    const { model, graph, relu, sum, y } = tinyModel();
    const decisions: Decision[] = [];
    const pass = passOf('exact', function* () {
      decisions.push(
        yield patch('drop Relu', 'exact', () => {
          graph.replace(y, sum);
          graph.remove(relu);
        }),
      );
      decisions.push(yield { kind: 'refusal', name: 'Add', nodes: ['Add add'], reason: 'it is needed' });
    });
    const [record] = await runPipeline(model, [pass], context());
    expect(decisions).toEqual(['applied', 'refused']);
    expect([record?.pass, record?.options, record?.before.nodes, record?.after.nodes]).toEqual([
      'test',
      { rate: 1 },
      2,
      1,
    ]);
    expect(record?.patches).toEqual([
      {
        pass: 'test',
        name: 'drop Relu',
        nodes: ['Relu relu'],
        decision: 'applied',
        reason: 'exact',
        guarantee: 'exact',
        scores: { score: 1 },
      },
      {
        pass: 'test',
        name: 'Add',
        nodes: ['Add add'],
        decision: 'refused',
        reason: 'it is needed',
        scores: {},
      },
    ]);
    expect(record?.milliseconds).toBeGreaterThanOrEqual(0);
    expect(record?.verifyMilliseconds).toBeGreaterThan(0);
  });

  it('keeps an empirical patch within the budget and reverts one that breaks it', async () => {
    const { model, relu, add } = tinyModel();
    const quality = new Map([
      ['Relu Add', 1],
      ['Tanh Add', 0.95],
      ['Tanh Sub', 0.8],
    ]);
    const judge = judgeOf(() => quality.get(`${relu.opType} ${add.opType}`) ?? 0);
    const pass = passOf('empirical', function* () {
      yield patch('cheap', 'empirical', () => {
        relu.opType = 'Tanh';
      });
      yield patch('dear', 'empirical', () => {
        add.opType = 'Sub';
      });
    });
    const [record] = await runPipeline(model, [pass], context({ judge }));
    expect(record?.patches.map(({ decision }) => decision)).toEqual(['applied', 'reverted']);
    expect(record?.patches[1]?.scores.selectionDrop).toBeCloseTo(0.2);
    expect(record?.patches[1]?.reason).toBe('accuracy gets worse by 20.00 %, the budget is 10.00 %');
    expect([relu.opType, add.opType]).toEqual(['Tanh', 'Add']);
  });

  it('refuses an empirical patch when there is nobody to judge it, without applying it', async () => {
    const { model } = tinyModel();
    let applied = 0;
    const propose = function* () {
      yield patch('lossy', 'empirical', () => {
        applied++;
      });
    };
    const [record] = await runPipeline(model, [passOf('empirical', propose)], context());
    expect([record?.patches[0]?.decision, record?.patches[0]?.reason]).toEqual([
      'refused',
      'there is no data to judge the loss on',
    ]);
    const judge = judgeOf(() => 1);
    const [undeclared] = await runPipeline(model, [passOf('exact', propose)], context({ judge }));
    expect(undeclared?.patches[0]?.reason).toBe('pass test does not declare that its patches are empirical');
    expect(applied).toBe(0);
  });

  it('reverts a patch that makes the graph invalid, names it and closes the pass', async () => {
    const { model, relu } = tinyModel();
    const bytes = writeModelBytes(model);
    let closed = false;
    const pass = passOf('exact', function* () {
      try {
        yield patch('broken', 'exact', () => relu.setInput(0, new Value('nowhere')));
      } finally {
        closed = true;
      }
    });
    const error = await rejection(runPipeline(model, [pass], context()));
    expect([error?.code, error?.subject, closed]).toEqual(['invalid-graph', 'broken', true]);
    expect(error?.message).toContain("patch 'broken' of pass test failed");
    expect(error?.hint).toContain('defect of the pass');
    expect(writeModelBytes(model)).toEqual(bytes);
  });

  it('reverts a patch that throws half way', async () => {
    const { model, relu, add } = tinyModel();
    const bytes = writeModelBytes(model);
    const failing = (cause: Error) =>
      passOf('exact', function* () {
        yield patch('half', 'exact', () => {
          relu.opType = 'Tanh';
          add.setInputs([]);
          throw cause;
        });
      });
    const defect = await rejection(runPipeline(model, [failing(new TypeError('x is undefined'))], context()));
    expect([defect?.code, defect?.subject]).toEqual(['invalid-graph', 'half']);
    const missing = new SenteiError('external-data', 'w.bin cannot be read');
    expect(await rejection(runPipeline(model, [failing(missing)], context()))).toBe(missing);
    expect(writeModelBytes(model)).toEqual(bytes);
  });

  it('reverts the patch at work when the judge fails', async () => {
    const { model, relu } = tinyModel();
    let calls = 0;
    const judge = judgeOf(() => {
      if (calls++ > 0) throw new SenteiError('runtime-failed', 'out of memory');
      return 1;
    });
    const pass = passOf('empirical', function* () {
      yield patch('lossy', 'empirical', () => {
        relu.opType = 'Tanh';
      });
    });
    expect((await rejection(runPipeline(model, [pass], context({ judge }))))?.code).toBe('runtime-failed');
    expect(relu.opType).toBe('Relu');
  });

  it('stops when it is cancelled, before a pass starts and between proposals', async () => {
    const { model, relu } = tinyModel();
    const controller = new AbortController();
    let started = 0;
    const pass = passOf('exact', async function* () {
      started++;
      yield patch('first', 'exact', () => {
        relu.opType = 'Tanh';
      });
      controller.abort();
      yield patch('second', 'exact', () => {
        relu.opType = 'Neg';
      });
    });
    const { signal } = controller;
    expect((await rejection(runPipeline(model, [pass], context({ signal }))))?.code).toBe('cancelled');
    expect([relu.opType, started]).toEqual(['Tanh', 1]);
    expect((await rejection(runPipeline(model, [pass], context({ signal }))))?.code).toBe('cancelled');
    expect(started).toBe(1);
  });

  it('lets the pass walk on over the graph after a patch was reverted', async () => {
    const { model, graph, relu, sum, y } = tinyModel();
    const pass = passOf('empirical', function* () {
      for (const node of graph.nodes()) {
        yield patch(`drop ${node.opType}`, 'empirical', () => {
          if (node !== relu) return;
          graph.replace(y, sum);
          graph.remove(relu);
        });
      }
    });
    const [record] = await runPipeline(model, [pass], context({ judge: judgeOf(() => 1), maxDrop: -1 }));
    expect(record?.patches.map(({ name, decision }) => [name, decision])).toEqual([
      ['drop Add', 'reverted'],
      ['drop Relu', 'reverted'],
    ]);
  });

  it('refuses a model that is invalid to begin with', async () => {
    const { model, relu } = tinyModel();
    relu.setInput(0, new Value('nowhere'));
    expect((await rejection(runPipeline(model, [], context())))?.code).toBe('invalid-graph');
  });
});
