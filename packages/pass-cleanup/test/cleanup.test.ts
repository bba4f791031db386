import {
  countModel,
  type Decision,
  defineFunction,
  type Model,
  type PassContext,
  type Proposal,
  runPipeline,
  SenteiError,
  verify,
  writeModelBytes,
} from '@sentei/ir';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanup } from '../src/cleanup.ts';
import { normModel } from './support/norm.ts';
import { randomModel, steps } from './support/random.ts';
import { floats, node, noise, operators, run, tinyModel } from './support/tiny.ts';

const warnings: string[] = [];
const context: PassContext = {
  logger: { info: () => undefined, warn: (message) => warnings.push(message) },
  judge: undefined,
  maxDrop: 0,
  progress: () => undefined,
};

async function clean(model: Model, options: Parameters<typeof cleanup>[0] = {}) {
  const [record] = await runPipeline(model, [cleanup(options)], context);
  if (!record) throw new Error('one pass was run');
  return record;
}

/** What the pass proposes when nothing is applied. */
async function proposed(model: Model): Promise<Proposal[]> {
  const proposals: Proposal[] = [];
  const generator = cleanup({ rounds: 1 }).propose(model, context);
  const decision: Decision = 'refused';
  for (let step = await generator.next(decision); !step.done; step = await generator.next(decision))
    proposals.push(step.value);
  return proposals;
}

describe('cleanup', () => {
  it('proposes one exact patch per rule and round, and only what has something to do', async () => {
    const record = await clean(normModel());
    expect(
      record.patches.map(({ name, decision, guarantee, scores }) => [name, decision, guarantee, scores]),
    ).toEqual([
      ['canonicalize-norms, round 1', 'applied', 'exact', { rewrites: 1 }],
      ['eliminate-dead-code, round 2', 'applied', 'exact', { rewrites: 1 }],
    ]);
    expect(record.after.nodes).toBe(record.before.nodes - 1);
  });

  it('leaves a clean model as it is, to the byte', async () => {
    const model = normModel({ inverse: 'div' });
    const before = writeModelBytes(model);
    expect((await clean(model)).patches).toEqual([]);
    expect(Buffer.compare(writeModelBytes(model), before)).toBe(0);
  });

  it('changes nothing by looking', async () => {
    const model = normModel();
    const before = writeModelBytes(model);
    expect(await proposed(model)).not.toEqual([]);
    expect(Buffer.compare(writeModelBytes(model), before)).toBe(0);
  });

  it('stops after the given rounds and says so', async () => {
    const model = normModel();
    const record = await clean(model, { rounds: 1 });
    expect(record.patches).toHaveLength(1);
    expect(warnings.at(-1)).toContain('after 1 rounds');
  });

  it('leaves norms to their exporter when told to', async () => {
    expect((await clean(normModel(), { rounding: false })).patches).toEqual([]);
  });

  it('takes no options it does not know', () => {
    const wrong = () => cleanup({ round: 3 } as Parameters<typeof cleanup>[0]);
    expect(wrong).toThrowError(SenteiError);
    expect(() => cleanup({ rounds: 0 })).toThrowError(/rounds/);
  });

  it('trusts no operator in a model that defines functions in the standard domain', async () => {
    const model = normModel();
    const graph = normModel().graph;
    const fields = { domain: '', name: 'Reciprocal', opsetImports: new Map([['', 18]]) };
    model.functions.push(defineFunction({ ...fields, graph }));
    const record = await clean(model);
    expect(record.patches.map(({ decision }) => decision)).toEqual(['refused']);
    expect(operators(model)).toContain('Reciprocal');
  });

  it('goes around operators it does not know', async () => {
    const model = tinyModel({ x: ['n', 3] }, (b, [x]) => {
      const inner = b.op('Identity', [x ?? null]);
      const custom = b.op('Special', [b.op('Identity', [inner])], { domain: 'custom' });
      return [b.op('Identity', [custom])];
    });
    model.opsetImports.set('custom', 1);
    const special = node(model.graph, 'Special', [model.graph.inputs[0] ?? null], [], 'custom');
    model.graph.setOutputs([...model.graph.outputs, ...special.outputs]);
    await clean(model);
    expect(operators(model)).toEqual(['Special', 'Special']);
  });
});

const feeds = { x: floats([1, -0, 3, 0, -5, 6.5], [2, 3]), y: floats(noise(6), [2, 3]) };

describe('cleanup of any graph', () => {
  it('keeps every bit but those of norms, the outputs with their declarations, and the file size', async () => {
    await fc.assert(
      fc.asyncProperty(steps(false), async (recipe) => {
        const model = randomModel(recipe);
        const [before, outputs] = [writeModelBytes(model).length, declarations(model)];
        const expected = await run(model, feeds);
        const nodes = countModel(model).nodes;
        await clean(model);
        expect(verify(model)).toEqual([]);
        expect(declarations(model)).toEqual(outputs);
        expect(await run(model, feeds)).toEqual(expected);
        expect(countModel(model).nodes).toBeLessThanOrEqual(nodes);
        expect(writeModelBytes(model).length).toBeLessThanOrEqual(before);
        expect((await clean(model)).patches).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('keeps norms up to rounding', async () => {
    await fc.assert(
      fc.asyncProperty(steps(true), async (recipe) => {
        const model = randomModel(recipe);
        const expected = await run(model, feeds);
        await clean(model);
        const results = await run(model, feeds);
        for (const [name, { dims, data }] of Object.entries(expected)) {
          expect(results[name]?.dims).toEqual(dims);
          const largest = Math.max(1, ...data.map(Math.abs).filter(Number.isFinite));
          for (const [i, value] of data.entries()) {
            if (Number.isFinite(value))
              expect(Math.abs((results[name]?.data[i] ?? 0) - value) / largest).toBeLessThan(1e-4);
          }
        }
        expect((await clean(model)).patches).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

function declarations(model: Model) {
  return [...model.graph.inputs, ...model.graph.outputs].map(({ name, type }) => ({ name, type }));
}
