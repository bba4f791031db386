import {
  defineFunction,
  Graph,
  Model,
  Node,
  readModelBytes,
  Tensor,
  tensorType,
  writeModelBytes,
} from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { plainNodes, redefinesOperators, takeSurvey } from '../src/survey.ts';
import { initializer, node, tinyModel } from './support/tiny.ts';

describe('survey', () => {
  it('takes types and shapes from constants first, then from declarations', () => {
    const model = tinyModel({ x: ['n', 3] }, (b, [x]) => [b.op('Add', [x ?? null, b.float32([1, 2, 3])])]);
    const survey = takeSurvey(model);
    const [add] = model.graph.nodes();
    expect(survey.shape(add?.input(0))).toEqual(['n', 3]);
    expect(survey.shape(add?.input(1))).toEqual([3]);
    expect(survey.elementType(add?.input(1))).toBe('float32');
    expect(survey.shape(add?.outputs[0])).toBeUndefined();
    expect(survey.elementType(undefined)).toBeUndefined();
  });

  it('pins what quantization annotations mention', () => {
    const model = tinyModel({ x: [2] }, (b, [x]) => [b.op('Abs', [x ?? null])]);
    const scale = initializer(model.graph, 'x_scale', Tensor.floats([0.5]));
    const bound = initializer(model.graph, 'rate', Tensor.floats([0.1]));
    const free = initializer(model.graph, 'free', Tensor.floats([0.1]));
    model.graph.quantizationAnnotations = [
      { tensorName: 'x', parameters: new Map([['SCALE_TENSOR', 'x_scale']]) },
      { tensorName: 'abs_out', parameters: new Map([['ZERO_POINT_TENSOR', 'rate']]) },
    ];
    const survey = takeSurvey(model);
    expect([scale, bound, free].map(survey.isPinned)).toEqual([true, true, false]);
    expect(survey.mentions('abs_out')).toBe(true);
  });

  it('knows the opset of a function and that functions hold no initializers', () => {
    const model = withFunction('custom');
    const [definition] = model.functions;
    const survey = takeSurvey(model);
    expect(survey.opset(model.graph)).toBe(18);
    expect(definition && survey.opset(definition.graph)).toBe(13);
    expect(definition && survey.holdsInitializers(definition.graph)).toBe(false);
    expect(survey.holdsInitializers(model.graph)).toBe(true);
  });

  it('allows no new initializers before IR version 4', () => {
    const model = tinyModel({ x: [2] }, (b, [x]) => [b.op('Abs', [x ?? null])], { irVersion: 3 });
    expect(takeSurvey(model).holdsInitializers(model.graph)).toBe(false);
  });

  it('tells functions that redefine standard operators', () => {
    expect(redefinesOperators(withFunction('custom'))).toBe(false);
    expect(redefinesOperators(withFunction(''))).toBe(true);
  });

  it('leaves out foreign operators and attributes that a function takes from its caller', () => {
    const model = tinyModel({ x: [2] }, (b, [x]) => [b.op('Abs', [x ?? null])]);
    const [input] = model.graph.inputs;
    node(model.graph, 'Abs', [input ?? null], [], 'custom');
    node(
      model.graph,
      'Transpose',
      [input ?? null],
      [['perm', { kind: 'other', message: { name: 'perm', refAttrName: 'order', type: 7 } }]],
    );
    expect([...plainNodes(model)].map((each) => each.name)).toEqual(['abs']);
  });
});

/** A model with a function, read back from bytes as files with functions are. */
function withFunction(domain: string): Model {
  const input = tensorType('float32', [2]);
  const graph = new Graph('g');
  const x = graph.newValue('x', input);
  graph.inputs.push(x);
  const call = graph.append(new Node('Twice', [x], [graph.newValue('y', input)], { domain: 'custom' }));
  graph.setOutputs(call.outputs);
  const body = new Graph('Twice');
  const a = body.newValue('a');
  body.inputs.push(a);
  body.setOutputs(body.append(new Node('Add', [a, a], [body.newValue('b')])).outputs);
  const opsets = [
    ['', 18],
    ['custom', 1],
  ] as const;
  const model = new Model(graph, opsets, 10);
  const opsetImports = new Map([['', 13]]);
  model.functions.push(defineFunction({ name: 'Twice', domain, graph: body, opsetImports }));
  return readModelBytes(writeModelBytes(model));
}
