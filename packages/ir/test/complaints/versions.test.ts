import { describe, expect, it, test } from 'vitest';
import {
  applyRules,
  assertValid,
  inferTypes,
  Model,
  printModel,
  readModelBytes,
  rewriteRule,
  type Value,
  writeModelBytes,
} from '../../src/index.ts';
import { modelOf } from '../rewrite/support.ts';
import { errorOf } from '../support/code-of.ts';
import { tinyBytes, tinyModel } from '../support/tiny-model.ts';

const opset = (version: number, domain = '') => ({ opsetImport: [{ domain, version }] });

describe('OnnxSlim #320: an opset below 7 ends in an error about None', () => {
  it.each([1, 5, 6, 7, 28])('opset %i is read, given shapes, printed and written', (version) => {
    const bytes = tinyBytes(opset(version));
    const model = readModelBytes(bytes);
    expect([model.opset, inferTypes(model).conflicts]).toEqual([version, []]);
    expect(printModel(model)).toContain(`"" : ${version}`);
    expect([...writeModelBytes(model)]).toEqual([...bytes]);
  });

  it('Squeeze and Unsqueeze with axes as an attribute are told from those with an input', () => {
    const { model, graph } = modelOf(
      ['x'],
      (b, x) => [b.op('Unsqueeze', [x as Value], { attributes: { axes: [0n] } })],
      6,
    );
    const [output] = graph.outputs;
    if (output) output.type = undefined;
    expect(inferTypes(model).shapeOf(output as Value)).toEqual([1, 'n', 8]);
  });
});

describe('onnx #3050, #5290, #5988, #2414: "No Adapter" and nothing of the version at fault', () => {
  it.each([0, 29, 1000])('opset %i is refused with its number and the range', (version) => {
    const error = errorOf(() => readModelBytes(tinyBytes(opset(version))));
    expect([error?.code, error?.message]).toEqual(['unsupported-opset', `opset ${version} is out of range`]);
    expect(error?.hint).toContain('opsets 1 to 28');
  });

  it.each([0, 15])('IR version %i is refused the same way', (irVersion) => {
    const error = errorOf(() => readModelBytes(tinyBytes({ irVersion })));
    expect([error?.code, error?.hint]).toEqual(['unsupported-ir-version', 'IR versions 1 to 14 can be read']);
    expect(error?.message).toContain(`${irVersion}`);
  });

  it('a rule for other opsets leaves the model alone instead of failing on it', () => {
    const { model } = modelOf(['x'], (b, x) => [b.op('Neg', [b.op('Neg', [x as Value])])], 6);
    const rule = rewriteRule({
      name: 'later',
      pattern: (op, x) => op.Neg(op.Neg(x)),
      replace: (op, x) => op.Identity(x),
      opset: { from: 7 },
    });
    expect(applyRules(model, [rule]).applied).toEqual([]);
    model.opsetImports.set('', 7);
    expect(applyRules(model, [rule]).applied).toHaveLength(1);
  });

  it('an operator of a domain without a version is named', () => {
    const { model, add } = tinyModel();
    add.domain = 'com.example';
    expect(errorOf(() => assertValid(model))).toMatchObject({
      code: 'invalid-graph',
      message: expect.stringContaining('com.example'),
    });
  });
});

test('onnxruntime-node 1.30: "Unsupported model IR version: 14", since a tool raised it', () => {
  for (const irVersion of [3, 8, 13, 14]) {
    const model = readModelBytes(tinyBytes({ irVersion, ...opset(17) }));
    const rule = rewriteRule({
      name: 'exchange',
      pattern: (op, x, y) => op.Add(x, y),
      replace: (op, x, y) => op.Add(y, x),
      imports: { 'com.example': 1 },
    });
    expect(applyRules(model, [rule]).applied).toHaveLength(1);
    const again = readModelBytes(writeModelBytes(model));
    expect([again.irVersion, again.opset]).toEqual([irVersion, 17]);
  }
  // What ONNX Runtime 1.30 takes at most is 13; a model made here is below that unless told otherwise.
  expect(new Model(tinyModel().graph, [['', 17]]).irVersion).toBeLessThanOrEqual(13);
});
