import {
  Graph,
  type Judge,
  Model,
  Node,
  type PassRecord,
  readModelBytes,
  runPipeline,
  seededRandom,
  tensorType,
  toAttribute,
  verify,
  writeModelBytes,
} from '@sentei/ir';
import { describe, expect, it, test } from 'vitest';
import { collapse } from '../../src/index.ts';
import { contextWith } from '../support/fake-judge.ts';
import { type ResidualOptions, residualModel, WIDTH } from '../support/residual-model.ts';

const LAYERS = ['attention', 'mlp', 'attention', 'mlp'] as const;
const COSTS = [0.5, 0.01, 0.02, 0.5];

/** The numbers of the branches that are left, told by their weights alone: names say nothing here. */
function branchesLeft(model: Model): number[] {
  const weights = [...model.graphs()].flatMap(({ initializers }) => [...initializers]);
  return weights.flatMap(({ tensor }) =>
    tensor?.dims.join() === `${WIDTH},${WIDTH}` ? [(tensor.numbers()[0] ?? 0) - 1] : [],
  );
}

/** Each branch has a cost of its own. */
const judge: Judge = {
  metric: { name: 'loss', lowerIsBetter: true },
  measure: async (model) => {
    const left = branchesLeft(model);
    return COSTS.reduce((loss, cost, index) => (left.includes(index) ? loss : loss + cost), 1);
  },
};

async function run(model: Model): Promise<PassRecord['patches']> {
  const [record] = await runPipeline(
    model,
    [collapse({ granularity: 'sub-block' })],
    contextWith(judge, 0.035),
  );
  expect(verify(model)).toEqual([]);
  return record?.patches ?? [];
}

const decisions = (patches: PassRecord['patches']) =>
  patches.map(({ name, decision }) => `${decision}: ${name}`);
const operators = (model: Model) => [...model.graph.allNodes()].map(({ opType }) => opType);

/** Gives every value, node and graph a random name. */
function rename(model: Model, seed: number): void {
  const random = seededRandom(seed);
  const names = new Set<string>();
  const fresh = () => {
    let name = '';
    while (name === '' || names.has(name)) name = random.below(2 ** 40).toString(36);
    names.add(name);
    return name;
  };
  for (const graph of model.graphs()) {
    graph.name = fresh();
    for (const value of new Set([...graph.inputs, ...graph.initializers])) value.name = fresh();
    for (const node of graph.nodes()) {
      node.name = fresh();
      for (const output of node.outputs) output.name = fresh();
    }
  }
}

/** The stream of a model inside a branch of an `If`, whose other branch hands its input on. */
function gated(model: Model): Model {
  const { graph: inner } = model;
  const [x] = inner.inputs.splice(0);
  if (x === undefined) throw new Error('the stream has an input');
  const outer = new Graph('outer', [x]);
  const condition = outer.newValue('c', tensorType('bool', []));
  outer.inputs.push(condition);
  const idle = new Graph('idle');
  const same = outer.newValue('same', x.type);
  idle.append(new Node('Identity', [x], [same]));
  idle.setOutputs([same]);
  const result = outer.newValue('result', x.type);
  const attributes = [
    ['then_branch', toAttribute(inner)],
    ['else_branch', toAttribute(idle)],
  ] as const;
  outer.append(new Node('If', [condition], [result], { attributes }));
  outer.setOutputs([result]);
  return new Model(outer, model.opsetImports);
}

describe('mergekit #284, #398, #445, #581: an architecture without a table of tensor names is not supported', () => {
  it.each([1, 2, 3])('whatever everything is called, the same blocks go (names %i)', async (seed) => {
    const [model, renamed] = [residualModel(LAYERS), residualModel(LAYERS)];
    rename(renamed, seed);
    expect(decisions(await run(renamed))).toEqual(decisions(await run(model)));
    expect(branchesLeft(renamed)).toEqual([0, 3]);
    expect(operators(renamed)).toEqual(operators(model));
  });
});

describe('onnxsim PR #1012: a decoder inside of a Loop or If is passed over in silence', () => {
  it('its blocks go as they would outside', async () => {
    const plain = decisions(await run(residualModel(LAYERS)));
    const model = gated(residualModel(LAYERS));
    expect(decisions(await run(model))).toEqual(plain);
    expect(branchesLeft(model)).toEqual([0, 3]);
  });
});

describe('onnxsim PR #947: only pre-norm blocks with a bare Add are matched, the rest is left without a word', () => {
  it.each<[string, ResidualOptions]>([
    ['pre-norm', { norm: 'pre' }],
    ['post-norm', { norm: 'post' }],
    ['fused SkipLayerNormalization, pre-norm', { norm: 'pre', fused: true }],
    ['fused SkipLayerNormalization, post-norm', { norm: 'post', fused: true }],
    ['parallel', { parallel: true }],
  ])('%s blocks are found', async (_, options) => {
    const model = residualModel(LAYERS, options);
    expect(decisions(await run(model)).filter((text) => text.startsWith('applied'))).toEqual([
      'applied: remove sub-block 1 (mlp)',
      'applied: remove sub-block 2 (attention)',
    ]);
    expect(branchesLeft(model)).toEqual([0, 3]);
  });

  it('a block whose keys are an output, for a cache, stays and says why', async () => {
    const model = residualModel(LAYERS);
    const keys = [...model.graph.nodes()].filter(({ opType }) => opType === 'Transpose')[1]?.outputs[0];
    if (keys === undefined) throw new Error('the second attention has keys');
    keys.type = tensorType('float32');
    model.graph.setOutputs([...model.graph.outputs, keys]);
    const patches = await run(model);
    expect(branchesLeft(model)).toEqual([0, 2, 3]);
    const refused = patches.filter(({ name }) => name === 'residual sum');
    expect(refused).toMatchObject([{ decision: 'refused', nodes: ['Add sum_2'] }]);
    expect(refused[0]?.reason).toContain(keys.name);
  });
});

test('Torch-Pruning #134, NNI #5499, Pruna #219, #418, insightface #2047: an ONNX file cannot be pruned as it is', async () => {
  const model = readModelBytes(writeModelBytes(residualModel(LAYERS)));
  const before = model.graph.nodeCount;
  await run(model);
  const again = readModelBytes(writeModelBytes(model));
  expect([verify(again), branchesLeft(again)]).toEqual([[], [0, 3]]);
  expect(again.graph.nodeCount).toBeLessThan(before);
  expect(again.graph.outputs.map(({ name, shape }) => [name, shape])).toEqual([
    ['y', ['batch', 'sequence', WIDTH]],
  ]);
});
