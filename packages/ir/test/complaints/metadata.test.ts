import { describe, expect, it, test } from 'vitest';
import {
  applyRules,
  type Model,
  parseModel,
  printModel,
  readModelBytes,
  rewriteRule,
  Tensor,
  type Value,
  writeModelBytes,
} from '../../src/index.ts';
import { modelOf } from '../rewrite/support.ts';

const entry = (text: string) => new Map([['pkg.torch.onnx.name', text]]);

/** Two Negs and a Relu with metadata and doc strings at every place that can have them. */
function documented(): Model {
  const { model, graph } = modelOf(['x'], (b, x) => [
    b.op('Relu', [b.op('Neg', [b.op('Neg', [x as Value], { name: 'first' })], { name: 'second' })]),
  ]);
  const weight = graph.addInitializer(graph.newValue('w'), Tensor.floats([1]).withMetadata(entry('tensor')));
  weight.metadataProps = entry('weight');
  model.metadataProps = entry('model');
  model.docString = 'a model';
  graph.metadataProps = entry('graph');
  graph.docString = 'a graph';
  for (const value of [...graph.inputs, ...graph.outputs]) value.metadataProps = entry(value.name);
  for (const node of graph.nodes()) {
    node.metadataProps = entry(node.name);
    node.metadataProps.set(`only ${node.name}`, 'yes');
    node.docString = `doc of ${node.name}`;
  }
  return model;
}

const rule = rewriteRule({
  name: 'neg-twice',
  pattern: (op, x) => op.Neg(op.Neg(x)),
  replace: (op, x) => op.Identity(x),
});

describe('OnnxSlim #38, winml-cli #83: metadata is gone after the tool', () => {
  it.each([
    ['a file', (model: Model) => readModelBytes(writeModelBytes(model))],
    ['text', (model: Model) => parseModel(printModel(model))],
  ])('it goes through %s at every place that has it', (_, through) => {
    const model = through(documented());
    const { graph } = model;
    const [weight] = graph.initializers;
    expect([model.metadataProps, model.docString]).toEqual([entry('model'), 'a model']);
    expect([graph.metadataProps, graph.docString]).toEqual([entry('graph'), 'a graph']);
    expect([weight?.tensor?.metadataProps, graph.inputs[0]?.metadataProps]).toEqual([
      entry('tensor'),
      entry('x'),
    ]);
    for (const node of graph.nodes()) {
      expect(node.metadataProps.get('pkg.torch.onnx.name')).toBe(node.name);
      expect(node.docString).toBe(`doc of ${node.name}`);
    }
  });
});

describe('onnxscript #2637, PR #2682: metadata is lost in rewrites', () => {
  it('a new node has that of the nodes it stands for, values and nodes around keep theirs', () => {
    const model = documented();
    expect(applyRules(model, [rule]).applied).toHaveLength(1);
    const [made, relu] = [...readModelBytes(writeModelBytes(model)).graph.nodes()];
    expect(made?.opType).toBe('Identity');
    expect([made?.metadataProps.get('only first'), made?.metadataProps.get('only second')]).toEqual([
      'yes',
      'yes',
    ]);
    expect(['first', 'second']).toContain(made?.metadataProps.get('pkg.torch.onnx.name'));
    expect(relu?.metadataProps.get('pkg.torch.onnx.name')).toBe(relu?.name);
    expect([model.metadataProps, model.graph.metadataProps]).toEqual([entry('model'), entry('graph')]);
  });

  it('a graph output keeps its name and metadata when something else computes it', () => {
    const { model, graph } = modelOf(['x'], (b, x) => [b.op('Neg', [b.op('Neg', [x as Value])])]);
    const [output] = graph.outputs;
    if (output) output.metadataProps = entry('result');
    expect(applyRules(model, [rule]).applied).toHaveLength(1);
    expect(graph.outputs.map(({ name, metadataProps }) => [name, metadataProps])).toEqual([
      ['out0', entry('result')],
    ]);
  });
});

test('onnxscript #2637: what a rule writes itself beats what it takes over', () => {
  const model = documented();
  const own = rewriteRule({
    ...rule,
    replace: (op, x) => {
      const value = op.Identity(x);
      value.producer?.metadataProps.set('pkg.torch.onnx.name', 'mine');
      return value;
    },
  });
  applyRules(model, [own]);
  const [made] = [...model.graph.nodes()];
  expect([made?.metadataProps.get('pkg.torch.onnx.name'), made?.metadataProps.get('only first')]).toEqual([
    'mine',
    'yes',
  ]);
});
