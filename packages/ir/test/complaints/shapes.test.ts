import { describe, expect, it, test } from 'vitest';
import {
  applyRules,
  Graph,
  GraphBuilder,
  inferTypes,
  Model,
  parseModel,
  printModel,
  readModelBytes,
  rewriteRule,
  type Shape,
  tensorType,
  Value,
  verify,
  writeModelBytes,
} from '../../src/index.ts';
import { floatInfo, tinyBytes } from '../support/tiny-model.ts';
import { structureOf } from '../text/structure.ts';

/** A model with float32 inputs of the given shapes and the outputs that `build` makes. */
function modelOf(shapes: readonly Shape[], build: (b: GraphBuilder, inputs: Value[]) => Value[]): Model {
  const inputs = shapes.map((shape, index) => new Value(`x${index}`, tensorType('float32', shape)));
  const graph = new Graph('main', inputs);
  graph.setOutputs(build(new GraphBuilder(graph), inputs));
  return new Model(graph, [
    ['', 20],
    ['custom', 1],
  ]);
}

const outputShape = (model: Model) => inferTypes(model).shapeOf(model.graph.outputs[0] as Value);

const negTwice = rewriteRule({
  name: 'neg-twice',
  pattern: (op, x) => op.Neg(op.Neg(x)),
  replace: (op, x) => op.Identity(x),
});

describe('onnxsim #210, #246, #327, PR #468: an operator that is not known stops everything', () => {
  /** Neg, Neg, an unknown operator that declares its result, and a Relu behind it. */
  const withCustom = () =>
    modelOf([['batch', 8]], (b, [x]) => {
      const plugin = b.op('Plugin', [b.op('Neg', [b.op('Neg', [x as Value])])], {
        domain: 'custom',
        types: [tensorType('float32', ['batch', 'boxes', 4])],
      });
      return [b.op('Relu', [plugin]), b.op('Shape', [plugin])];
    });

  it('shapes before it are inferred, and those behind it from what it declares', () => {
    const model = withCustom();
    const table = inferTypes(model);
    expect(table.conflicts).toEqual([]);
    expect(model.graph.outputs.map((output) => table.shapeOf(output))).toEqual([['batch', 'boxes', 4], [3]]);
    expect(table.integersOf(model.graph.outputs[1] as Value)).toEqual(['batch', 'boxes', 4]);
  });

  it('rules work around it, and it comes out as it came in', () => {
    const model = withCustom();
    expect(applyRules(model, [negTwice]).applied).toHaveLength(1);
    const again = readModelBytes(writeModelBytes(model));
    const plugin = [...again.graph.nodes()][1];
    expect([`${plugin?.domain}.${plugin?.opType}`, plugin?.outputs[0]?.shape]).toEqual([
      'custom.Plugin',
      ['batch', 'boxes', 4],
    ]);
    expect([verify(again), again.opsetImports.get('custom')]).toEqual([[], 1]);
  });

  it('what it hides is not made up', () => {
    const model = modelOf([[2, 3]], (b, [x]) => [
      b.op('Relu', [b.op('Plugin', [x as Value], { domain: 'custom' })]),
    ]);
    expect(inferTypes(model).typeOf(model.graph.outputs[0] as Value)).toBeUndefined();
  });
});

describe('OnnxSlim #188, ir-py #379, ORT PR #12215, transformers.js PR #1297: known shapes are lost', () => {
  const declared = () => {
    const model = modelOf([['batch', 8]], (b, [x]) => {
      const inner = b.op('Neg', [b.op('Neg', [x as Value])]);
      return [b.op('Relu', [inner], { types: [tensorType('float32', ['batch', 8])] })];
    });
    for (const node of model.graph.nodes()) {
      for (const output of node.outputs) output.type = tensorType('float32', ['batch', 8]);
    }
    return readModelBytes(writeModelBytes(model));
  };

  it('inference changes no declared shape, and contradicts none without a word', () => {
    const model = declared();
    const [neg] = [...model.graph.nodes()];
    const value = neg?.outputs[0] as Value;
    value.type = tensorType('float32', ['batch', 9]);
    const before = writeModelBytes(model);
    const table = inferTypes(model);
    expect(table.shapeOf(value)).toEqual(['batch', 9]);
    expect(table.conflicts.map(({ value: at }) => at)).toContain(value);
    expect(Buffer.compare(writeModelBytes(model), before)).toBe(0);
  });

  it('the value infos of values that stay are still there after a rewrite, and in text', () => {
    const model = declared();
    applyRules(model, [negTwice]);
    for (const each of [readModelBytes(writeModelBytes(model)), parseModel(printModel(model))]) {
      const shapes = [...each.graph.nodes()].map(({ opType, outputs }) => [opType, outputs[0]?.shape]);
      expect(shapes).toEqual([
        ['Identity', ['batch', 8]],
        ['Relu', ['batch', 8]],
      ]);
    }
  });

  it('a shape that does not follow from the inputs is kept, since it is the only one there is', () => {
    const model = modelOf([['n']], (b, [x]) => [
      b.op('NonZero', [x as Value], { types: [tensorType('int64', [1, 'hits'])] }),
    ]);
    expect(outputShape(model)).toEqual([1, 'hits']);
  });
});

describe('onnxsim #101, #182, #170: dynamic dimensions become numbers', () => {
  const reshaped = () =>
    modelOf([['batch', 'sequence', 8]], (b, [x]) => {
      const batch = b.op('Gather', [b.op('Shape', [x as Value]), b.int64([0])]);
      const target = b.op('Concat', [batch, b.int64([-1])], { attributes: { axis: 0n } });
      return [b.op('Reshape', [x as Value, target], { types: [tensorType('float32', ['batch', 'flat'])] })];
    });

  it('symbols stay symbols through inference, files and text', () => {
    const model = reshaped();
    expect(outputShape(model)?.[0]).toBe('batch');
    for (const each of [readModelBytes(writeModelBytes(model)), parseModel(printModel(model))]) {
      expect(structureOf(each)).toEqual(structureOf(model));
      expect(each.graph.inputs[0]?.shape).toEqual(['batch', 'sequence', 8]);
      expect(each.graph.outputs[0]?.shape).toEqual(['batch', 'flat']);
    }
  });

  it('and an extent that only a run tells is given no number', () => {
    const model = modelOf([['n'], [4]], (b, [x, y]) => [
      b.op('Compress', [y as Value, b.op('Greater', [y as Value, b.float32([0], [])])], {
        attributes: { axis: 0n },
      }),
      b.op('Concat', [x as Value, y as Value], { attributes: { axis: 0n } }),
      b.op('Add', [b.op('Unsqueeze', [x as Value, b.int64([1])]), y as Value]),
    ]);
    const table = inferTypes(model);
    const [hits, longer, sum] = model.graph.outputs.map((output) => table.shapeOf(output));
    expect(hits?.every((dimension) => typeof dimension !== 'number')).toBe(true);
    expect([longer, sum]).toEqual([['n+4'], ['n', 4]]);
  });
});

test('onnxsim #247: a dimension of -1, as some exporters write it, is one that nothing is known of', () => {
  const bytes = tinyBytes(
    {},
    { input: [floatInfo('x', [-1])], output: [floatInfo('y', [-1])], initializer: [] },
  );
  const model = readModelBytes(bytes);
  expect([model.graph.inputs[0]?.shape, model.graph.outputs[0]?.shape]).toEqual([[null], [null]]);
  expect([...writeModelBytes(model)]).toEqual([...bytes]);
});
