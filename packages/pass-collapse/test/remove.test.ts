import { findBlocks } from '@sentei/anatomy';
import { Graph, GraphBuilder, Model, Tensor, takeSnapshot, tensorType, Value, verify } from '@sentei/ir';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { removeSubBlocks } from '../src/remove.ts';
import { type Branch, branchesLeft, dump, residualModel } from './support/residual-model.ts';

function removeBlock(model: Model, index: number): void {
  const [first, ...rest] = findBlocks(model.graph).blocks[index]?.subBlocks ?? [];
  if (first) removeSubBlocks([first, ...rest]);
}

function removeOne(model: Model, index: number): void {
  const part = findBlocks(model.graph).subBlocks[index];
  if (part) removeSubBlocks([part]);
}

test('a pre-norm sub-block goes with its norm and weights', () => {
  const model = residualModel(['mlp', 'mlp']);
  removeOne(model, 0);
  expect(dump(model)).toEqual([
    'tanh_out = Tanh(x)',
    'layernormalization_out_1 = LayerNormalization(tanh_out,constant)',
    'matmul_out_1 = MatMul(layernormalization_out_1,weights_1)',
    'relu_out_1 = Relu(matmul_out_1)',
    'sum_1_out = Add(tanh_out,relu_out_1)',
    'y = LayerNormalization(sum_1_out,constant)',
  ]);
  expect(branchesLeft(model)).toEqual([1]);
});

test('a post-norm sub-block leaves its norm, a post-norm block takes its norms along', () => {
  const model = residualModel(['attention', 'mlp'], { norm: 'post' });
  const undo = takeSnapshot(model);
  removeOne(model, 0);
  expect(dump(model).slice(0, 2)).toEqual([
    'layernormalization_out = LayerNormalization(x,constant)',
    'layernormalization_out_1 = LayerNormalization(layernormalization_out,constant)',
  ]);
  undo();
  removeBlock(model, 0);
  expect(dump(model)).toEqual([
    'layernormalization_out = LayerNormalization(x,constant)',
    'y = Neg(layernormalization_out)',
  ]);
});

test('a skip norm without its branch becomes a plain norm with its epsilon', () => {
  const model = residualModel(['attention', 'mlp'], { fused: true });
  removeOne(model, 1);
  const norm = [...model.graph.nodes()].at(-1);
  expect(`${norm?.opType}(${norm?.inputs}) = ${norm?.outputs}`).toBe(
    'LayerNormalization(%skip_0_out_3,%constant) = %y',
  );
  expect([norm?.float('epsilon'), norm?.int('axis')]).toEqual([1e-12, -1]);
});

test('of two parallel branches one can go, and then the other', () => {
  const model = residualModel(['attention', 'mlp'], { parallel: true });
  removeOne(model, 0);
  expect(branchesLeft(model)).toEqual([1]);
  removeOne(model, 0);
  expect(dump(model)).toEqual(['tanh_out = Tanh(x)', 'y = LayerNormalization(tanh_out,constant)']);
});

test('graph inputs stay, whatever they fed; weights that are listed as inputs go', () => {
  const type = tensorType('float32', ['batch', 4]);
  const inputs = ['x', 'side', 'weights', 'default'].map((name) => new Value(name, type));
  const [x, side, weights, replaceable] = inputs as [Value, Value, Value, Value];
  const graph = new Graph('main', inputs);
  const b = new GraphBuilder(graph);
  graph.addInitializer(weights, Tensor.floats(new Float32Array(16), [4, 4]));
  graph.addInitializer(replaceable, Tensor.floats(new Float32Array(4)));
  replaceable.overridable = true;
  const branch = b.op('Mul', [b.op('Add', [b.op('MatMul', [x, weights]), side]), replaceable]);
  const y = b.op('Add', [x, branch]);
  y.name = 'y';
  graph.setOutputs([y]);
  removeOne(new Model(graph, [['', 17]]), 0);
  expect(graph.inputs.map((value) => value.name)).toEqual(['x', 'side', 'default']);
  expect([...graph.initializers].map((value) => value.name)).toEqual(['default']);
  expect([...graph.nodes()].map(String)).toEqual(['Identity identity']);
  expect(graph.outputs.map((value) => value.name)).toEqual(['y']);
});

test('after any removals the graph is valid, and undoing them restores it', () => {
  const branches = fc.array(fc.constantFrom<Branch>('attention', 'mlp'), { minLength: 2, maxLength: 6 });
  const options = fc.record({
    norm: fc.constantFrom('pre' as const, 'post' as const),
    fused: fc.boolean(),
    parallel: fc.boolean(),
  });
  const picks = fc.array(fc.record({ whole: fc.boolean(), at: fc.nat() }), { maxLength: 6 });
  fc.assert(
    fc.property(branches, options, picks, (kinds, form, removals) => {
      const model = residualModel(form.parallel ? [...kinds, ...kinds] : kinds, form);
      const before = dump(model);
      const undo = takeSnapshot(model);
      for (const { whole, at } of removals) {
        const { blocks, subBlocks } = findBlocks(model.graph);
        const left = branchesLeft(model).length;
        if (subBlocks.length === 0) break;
        if (whole) removeBlock(model, at % blocks.length);
        else removeOne(model, at % subBlocks.length);
        expect(verify(model)).toEqual([]);
        expect(branchesLeft(model).length).toBeLessThan(left);
        expect([model.graph.inputs[0]?.name, model.graph.outputs[0]?.name]).toEqual(['x', 'y']);
      }
      undo();
      expect(dump(model)).toEqual(before);
    }),
    { numRuns: 60 },
  );
});
