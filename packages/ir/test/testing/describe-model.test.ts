import { expect, test } from 'vitest';
import { Graph, GraphBuilder, Model, Tensor, tensorType } from '../../src/index.ts';
import { describeModel } from '../../src/testing/index.ts';

test('a model is a few lines, with small weights, attributes and subgraphs', () => {
  const graph = new Graph('g');
  const x = graph.newValue('x', tensorType('float32', ['n', null]));
  graph.inputs.push(x);
  const b = new GraphBuilder(graph);
  const flag = b.constant(Tensor.bool([true], []));
  const side = (name: string) =>
    b.subgraph(name, [], (body) => [{ value: body.op('Neg', [x]), type: tensorType('float32') }]);
  const chosen = b.op('If', [flag], { attributes: { then_branch: side('a'), else_branch: side('b') } });
  const scaled = b.op('Clip', [chosen, null, b.float32([0.1], [])]);
  graph.setOutputs([b.op('Transpose', [scaled], { attributes: { perm: [1n, 0n] } })]);
  expect(describeModel(new Model(graph, [['', 20]])).split('\n')).toEqual([
    'model (onnx 20)',
    '  inputs x:float32[n,?]',
    '  constant:bool[] = [1]',
    '  constant_1:float32[] = [0.1]',
    '  if_out = If(constant)',
    '    inputs ',
    '    neg_out:float32 = Neg(x)',
    '    outputs neg_out',
    '    inputs ',
    '    neg_out_1:float32 = Neg(x)',
    '    outputs neg_out_1',
    '  clip_out = Clip(if_out, -, constant_1)',
    '  transpose_out = Transpose{perm=1,0}(clip_out)',
    '  outputs transpose_out',
  ]);
});
