import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  type Decision,
  definePass,
  type Guarantee,
  type Judge,
  type Model,
  type Node,
  type Pass,
  type PassContext,
  type Patch,
  repeat,
  runPipeline,
  SenteiError,
  Value,
  type VerifyWhen,
  writeModelBytes,
} from '../../src/index.ts';
import { rejection } from '../support/code-of.ts';
import { renames } from '../support/passes.ts';
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
    expect(record).toMatchObject({ place: '1', run: 1, counters: {} });
    expect(record?.decisions).toEqual({ applied: 1, reverted: 0, refused: 1 });
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

  it('runs a group until it changes nothing, each run with a record and all runs with one count of patches', async () => {
    const { model, relu } = tinyModel();
    const numbers: number[] = [];
    const instruments = [{ afterPatch: ({ number }: { number: number }) => void numbers.push(number) }];
    const passes = [
      renames(relu, ['A']),
      repeat([renames(relu, ['B', 'C']), renames(relu, [])], { rounds: 9 }),
    ];
    const records = await runPipeline(model, passes, context(), { instruments });
    expect(records.map(({ place, run, decisions }) => [place, run, decisions.applied])).toEqual([
      ['1', 1, 1],
      ['2.1', 1, 1],
      ['2.2', 1, 0],
      ['2.1', 2, 1],
      ['2.2', 2, 0],
      ['2.1', 3, 0],
      ['2.2', 3, 0],
    ]);
    expect([relu.opType, numbers]).toEqual(['C', [1, 2, 3]]);
  });

  it('bounds the rounds of a group', async () => {
    const { model, relu } = tinyModel();
    const passes = [repeat([renames(relu, ['A', 'B', 'C'])], { rounds: 2 })];
    expect(await runPipeline(model, passes, context())).toHaveLength(2);
    expect(relu.opType).toBe('B');
  });

  it('keeps no more patches than it is told to, and refuses the rest', async () => {
    const propose = (relu: Node) =>
      function* () {
        for (const opType of ['Abs', 'Neg', 'Tanh']) {
          yield patch(opType, 'exact', () => {
            relu.opType = opType;
          });
        }
      };
    for (const [stopAfter, left] of [
      [0, 'Relu'],
      [1, 'Abs'],
      [2, 'Neg'],
      [9, 'Tanh'],
    ] as const) {
      const { model, relu } = tinyModel();
      const passes = [passOf('exact', propose(relu))];
      const [record] = await runPipeline(model, passes, context(), { stopAfter });
      expect(relu.opType).toBe(left);
      expect(record?.decisions).toEqual({
        applied: Math.min(3, stopAfter),
        reverted: 0,
        refused: Math.max(0, 3 - stopAfter),
      });
      if (stopAfter === 1) expect(record?.patches[1]?.reason).toBe('stopped after 1 patch');
    }
    const error = await rejection(runPipeline(tinyModel().model, [], context(), { stopAfter: -1 }));
    expect([error?.code, error?.subject]).toEqual(['invalid-option', 'stopAfter']);
  });

  it('verifies after each patch, after each pass, or never', async () => {
    const propose = (relu: Node) =>
      function* () {
        yield patch('good', 'exact', () => {
          relu.opType = 'Tanh';
        });
        yield patch('broken', 'exact', () => relu.setInput(0, new Value('nowhere')));
      };
    const run = async (verify: VerifyWhen) => {
      const { model, relu } = tinyModel();
      const running = runPipeline(model, [passOf('exact', propose(relu))], context(), { verify });
      const error = await rejection(running);
      return [error?.subject, relu.opType, relu.input(0)?.name];
    };
    expect(await run('each')).toEqual(['broken', 'Tanh', 'sum']);
    expect(await run('pass')).toEqual(['test', 'Relu', 'sum']);
    expect(await run('none')).toEqual([undefined, 'Tanh', 'nowhere']);
  });

  it('keeps the first nodes and refusals of very many, and counts all', async () => {
    const { model } = tinyModel();
    const nodes = Array.from({ length: 1000 }, (_, index) => `Add ${index}`);
    const pass = passOf('exact', function* () {
      yield { ...patch('all', 'exact', () => undefined), nodes };
      for (let index = 0; index < 10_500; index++) {
        yield { kind: 'refusal', name: 'no', nodes: [], reason: 'none' };
      }
      yield patch('last', 'exact', () => undefined);
    });
    const [record] = await runPipeline(model, [pass], context());
    expect(record?.patches[0]).toMatchObject({ nodes: nodes.slice(0, 100), nodeCount: 1000 });
    expect(record?.decisions).toEqual({ applied: 2, reverted: 0, refused: 10_500 });
    expect([record?.patches.length, record?.patches.at(-1)?.name]).toEqual([10_002, 'last']);
  });

  it('hands out counters and repeatable random numbers for each place and seed', async () => {
    const draw = async (seed?: number) => {
      const drawn: number[] = [];
      const pass = definePass({
        id: 'draw',
        description: 'draws a number',
        guarantee: 'exact',
        schema: z.object({}),
        *propose(_model, { random, count }) {
          drawn.push(random.uniform());
          count('drawn');
          count('drawn', 2);
          yield { kind: 'refusal', name: 'nothing', nodes: [], reason: 'it only draws' };
        },
      });
      const records = await runPipeline(tinyModel().model, [pass(), pass()], context(), { seed });
      expect(records.map(({ counters }) => counters)).toEqual([{ drawn: 3 }, { drawn: 3 }]);
      return drawn;
    };
    const [first, again, other] = [await draw(), await draw(0), await draw(1)];
    expect(first).toEqual(again);
    expect(new Set([...first, ...other]).size).toBe(4);
  });
});
