import { describe, expect, it, test } from 'vitest';
import { decodeModel, encodeModel } from '../../src/codec/wire.ts';
import {
  applyRules,
  assertValid,
  Graph,
  GraphBuilder,
  inferTypes,
  Model,
  Node,
  parseModel,
  printModel,
  readModelBytes,
  rewriteRule,
  takeSnapshot,
  tensorType,
  Value,
  verify,
  writeModelBytes,
} from '../../src/index.ts';
import { errorOf } from '../support/code-of.ts';
import { wrongUseLists } from '../support/use-lists.ts';

const type = tensorType('float32', ['n']);

/** A model of one input `x` and the output of what `build` makes of it. */
function modelOf(build: (builder: GraphBuilder, x: Value) => Value): Model {
  const x = new Value('x', type);
  const graph = new Graph('main', [x]);
  const y = build(new GraphBuilder(graph), x);
  y.type = type;
  graph.setOutputs([y]);
  return new Model(graph, [['', 20]]);
}

/** Pairs of nodes that both read both nodes of the pair before: 2^levels ways lead through. */
const ladder = (levels: number) =>
  modelOf((b, x) => {
    let [left, right] = [b.op('Relu', [x]), b.op('Neg', [x])];
    for (let level = 0; level < levels; level++) {
      [left, right] = [b.op('Add', [left, right]), b.op('Mul', [left, right])];
    }
    return b.op('Sub', [left, right]);
  });

const chain = (length: number) =>
  modelOf((b, x) => {
    let value = x;
    for (let index = 0; index < length; index++) value = b.op('Neg', [value]);
    return value;
  });

const doubleNegation = rewriteRule({
  name: 'double-negation',
  pattern: (op, x) => op.Neg(op.Neg(x)),
  replace: (op, x) => op.Identity(x),
});

test('TensorRT PR #2763: nothing takes the exponential number of ways through a ladder of diamonds', () => {
  const model = ladder(500);
  expect(model.graph.nodeCount).toBe(1003);
  expect(verify(readModelBytes(writeModelBytes(model)))).toEqual([]);
  expect(inferTypes(model).shapeOf(model.graph.outputs[0] as Value)).toEqual(['n']);
  expect(printModel(parseModel(printModel(model)))).toBe(printModel(model));
  const report = applyRules(model, [
    rewriteRule({
      name: 'exchange',
      pattern: (op, x, y) => op.Add(op.Add(x, y), op.Mul(x, y)),
      replace: (op, x, y) => op.Add(op.Mul(x, y), op.Add(x, y)),
      keepInterior: true,
    }),
  ]);
  expect(report.applied.length).toBeGreaterThan(100);
  expect(verify(model)).toEqual([]);
});

test('TensorRT #4086, PR #4087: a value that is read directly and through another node is no cycle', () => {
  const model = modelOf((b, x) => {
    const same = b.op('Identity', [x]);
    return b.op('Mul', [same, b.op('Neg', [same])]);
  });
  expect(verify(model)).toEqual([]);
  const { applied } = applyRules(model, [
    rewriteRule({
      name: 'square',
      pattern: (op, x) => op.Mul(x, op.Neg(x)),
      replace: (op, x) => op.Neg(op.Mul(x, x)),
    }),
  ]);
  expect(applied).toHaveLength(1);
  expect([...model.graph.nodes()].map(({ opType }) => opType)).toEqual(['Identity', 'Mul', 'Neg']);
  expect(verify(model)).toEqual([]);
});

describe('TensorRT #3079, onnxruntime-genai #707: nodes come out in an order that runtimes refuse', () => {
  it('a file with a node before what it reads is told with both names, and kept as it is', () => {
    const message = decodeModel(writeModelBytes(chain(3)));
    message.graph?.node?.reverse();
    const bytes = encodeModel(message);
    const model = readModelBytes(bytes);
    expect(verify(model).map(({ code }) => code)).toEqual(['out-of-order', 'out-of-order']);
    expect(errorOf(() => assertValid(model))?.message).toMatch(
      /Neg \S+ reads \S+, which is computed after it/,
    );
    expect(Buffer.compare(writeModelBytes(model), bytes)).toBe(0);
  });

  it('a cycle is an error of the model, never a hang', () => {
    const model = chain(2);
    const [first, second] = [...model.graph.nodes()];
    first?.setInput(0, second?.outputs[0] ?? null);
    expect(verify(model).map(({ code }) => code)).toEqual(['out-of-order']);
    expect(applyRules(model, [doubleNegation], { maximumRounds: 5 }).applied.length).toBeLessThan(5);
    expect(inferTypes(model).conflicts).toEqual([]);
  });

  it('replaced nodes stand before their readers, new ones keep the place of the old', () => {
    const model = ladder(6);
    applyRules(model, [
      rewriteRule({
        name: 'apart',
        pattern: (op, x, y) => op.Mul(x, y),
        replace: (op, x, y) => op.Neg(op.Mul(op.Neg(x), y)),
      }),
    ]);
    expect(verify(model)).toEqual([]);
    expect(model.graph.nodeCount).toBe(15 + 2 * 6);
  });
});

test('glTF-Transform #1572: a chain of 200,000 nodes is read, checked, rewritten and undone on the stack there is', () => {
  const model = readModelBytes(writeModelBytes(chain(200_000)));
  const before = writeModelBytes(model);
  expect(verify(model)).toEqual([]);
  expect(inferTypes(model).shapeOf(model.graph.outputs[0] as Value)).toEqual(['n']);
  const undo = takeSnapshot(model);
  expect(applyRules(model, [doubleNegation]).applied).toHaveLength(100_000);
  expect([model.graph.nodeCount, verify(model)]).toEqual([100_000, []]);
  undo();
  expect(Buffer.compare(writeModelBytes(model), before)).toBe(0);
});

test('glTF-Transform #1133: a use is let go of in constant time, however many others there are', () => {
  const model = modelOf((b, x) => b.op('Neg', [x]));
  const { graph } = model;
  const [x] = graph.inputs;
  const nodes = Array.from({ length: 100_000 }, () =>
    graph.append(new Node('Abs', [x ?? null], [new Value('')])),
  );
  expect(x?.uses.size).toBe(100_001);
  for (const node of nodes) graph.remove(node);
  expect([x?.uses.size, graph.nodeCount, wrongUseLists(model)]).toEqual([1, 1, []]);
});
