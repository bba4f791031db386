import { Graph, GraphBuilder, Tensor, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { findConstantValues } from '../src/constant-values.ts';
import { modelOf } from './support/residual-models.ts';

test('weights behind casts and Constant nodes are constant, what reads an input is not', () => {
  const model = modelOf((b, x) => {
    const half = b.constant(Tensor.floats([1, 2, 3, 4], [4], 'float16'));
    const cast = b.op('Cast', [half], { attributes: { to: 1n }, name: 'widened' });
    const one = b.op('Constant', [], { attributes: { value: Tensor.floats([1]) }, name: 'one' });
    const gain = b.op('Add', [cast, one], { name: 'gain' });
    return b.op('Mul', [x, gain], { name: 'product' });
  });
  const names = [...findConstantValues(model.graph)].map((value) => value.name);
  expect(names).toEqual(['constant', 'widened_out', 'one_out', 'gain_out']);
});

test('random operators are never constant', () => {
  const model = modelOf((b, x) => {
    const noise = b.op('RandomNormalLike', [b.float32([0, 0, 0, 0])], { name: 'noise' });
    return b.op('Add', [x, noise]);
  });
  const names = [...findConstantValues(model.graph)].map((value) => value.name);
  expect(names).toEqual(['constant']);
});

test('values of subgraphs are known, from whichever graph the search starts', () => {
  const condition = new Value('condition', tensorType('bool', []));
  const graph = new Graph('main', [condition]);
  const b = new GraphBuilder(graph);
  const type = tensorType('float32', [1]);
  const outer = b.op('Neg', [b.float32([1])], { name: 'outer' });
  const branch = (name: string) =>
    b.subgraph(name, [], (body) => [{ value: body.op('Neg', [outer], { name: `inner_${name}` }), type }]);
  const [thenBranch, elseBranch] = [branch('then'), branch('else')];
  b.op('If', [condition], { attributes: { then_branch: thenBranch, else_branch: elseBranch }, name: 'if' });
  const names = [...findConstantValues(thenBranch)].map((value) => value.name);
  expect(names).toEqual(['constant', 'outer_out', 'inner_then_out', 'inner_else_out']);
});
