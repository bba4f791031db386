import { describe, expect, it, test } from 'vitest';
import {
  applyRules,
  Graph,
  GraphBuilder,
  inferTypes,
  Model,
  Node,
  parseModel,
  printModel,
  readModelBytes,
  rewriteRule,
  Tensor,
  tensorType,
  Value,
  verify,
  writeModelBytes,
} from '../../src/index.ts';
import { ortExecutor } from '../support/ort-executor.ts';
import { wrongUseLists } from '../support/use-lists.ts';

const type = tensorType('float32', ['n']);

/** `Loop` that adds its own initializer to x three times, twice in one model. */
function loops(): Model {
  const x = new Value('x', type);
  const graph = new Graph('main', [x]);
  const b = new GraphBuilder(graph);
  const loop = (from: Value, step: number) => {
    const inputs = [
      { name: 'i', type: tensorType('int64', []) },
      { name: 'go', type: tensorType('bool', []) },
      { name: 'state', type },
    ];
    const body = b.subgraph('body', inputs, (inner, [, go, state]) => {
      const weight = inner.graph.addInitializer(inner.graph.newValue('weight'), Tensor.floats([step]));
      return [
        { value: inner.op('Identity', [go as Value]), type: tensorType('bool', []) },
        { value: inner.op('Add', [state as Value, weight]), type },
      ];
    });
    const inputsOfLoop = [b.int64([3], []), b.constant(Tensor.bool([true], [])), from];
    return b.op('Loop', inputsOfLoop, { attributes: { body } });
  };
  const y = loop(loop(x, 1), 10);
  y.type = type;
  graph.setOutputs([y]);
  return new Model(graph, [['', 20]]);
}

const namesOf = (model: Model) =>
  [...model.graphs()].flatMap((graph) => [
    ...[...graph.initializers].map(({ name }) => name),
    ...[...graph.nodes()].flatMap(({ outputs }) => outputs.map(({ name }) => name)),
  ]);

const run = async (model: Model) => {
  const outputs = await ortExecutor.run(model, new Map([['x', Tensor.floats([1, 2])]]));
  return [...outputs.values()].map((tensor) => [...tensor.numbers()]);
};

describe('ORT PR #32474: "initializer name is not unique" after a Loop was saved', () => {
  it('initializers of loop bodies are written once, in their graph, under a name of their own', async () => {
    const model = loops();
    for (const each of [model, readModelBytes(writeModelBytes(model)), parseModel(printModel(model))]) {
      expect(new Set(namesOf(each)).size).toBe(namesOf(each).length);
      expect([...each.graphs()].map((graph) => graph.initializers.size)).toEqual([2, 1, 1]);
      expect(verify(each)).toEqual([]);
      expect(await run(each)).toEqual([[34, 35]]);
    }
  });

  it('and new values get names that no graph has, at any depth', () => {
    const { graph } = loops();
    const [body] = [...graph.nodes()].flatMap((node) => node.subgraphs());
    const names = new Set(namesOf(loops()));
    const made = [graph.newName('weight'), body?.newName('weight'), body?.newName('x')];
    expect(made.filter((name) => names.has(name ?? '') || name === 'x')).toEqual([]);
    expect(new Set(made).size).toBe(3);
  });
});

describe('onnx PR #4118, ir-py PR #156, onnxscript PR #2347, ORT #729: what subgraphs capture is lost', () => {
  /** `If` whose branches read `inner`, a value of the graph around them, and nothing else does. */
  function conditional(): Model {
    const x = new Value('x', type);
    const graph = new Graph('main', [x]);
    const b = new GraphBuilder(graph);
    const inner = b.op('Neg', [b.op('Neg', [x], { types: [type] })], { types: [type] });
    const scale = b.float32([2]);
    const side = (opType: string) =>
      b.subgraph(opType, [], (body) => [{ value: body.op(opType, [inner, scale]), type }]);
    const attributes = { then_branch: side('Mul'), else_branch: side('Add') };
    const y = b.op('If', [b.constant(Tensor.bool([true], []))], { attributes });
    y.type = type;
    graph.setOutputs([y]);
    return new Model(graph, [['', 20]]);
  }

  it('captured values count as used, wherever they are read', () => {
    const { graph } = readModelBytes(writeModelBytes(conditional()));
    const inner = [...graph.nodes()][1]?.outputs[0];
    expect([...(inner?.uses ?? [])].map(({ node }) => node.opType).sort()).toEqual(['Add', 'Mul']);
    const scale = [...graph.initializers].find(({ tensor }) => tensor?.dataType === 'float32');
    expect(scale?.uses.size).toBe(2);
  });

  it('a rewrite around the subgraph turns what is captured, too', async () => {
    const model = conditional();
    const expected = await run(model);
    const rule = rewriteRule({
      name: 'neg-twice',
      pattern: (op, x) => op.Neg(op.Neg(x)),
      replace: (_op, x) => x,
    });
    expect(applyRules(model, [rule]).applied).toHaveLength(1);
    expect([verify(model), wrongUseLists(model)]).toEqual([[], []]);
    expect([...model.graph.allNodes()].map(({ opType }) => opType)).toEqual(['If', 'Mul', 'Add']);
    expect(await run(model)).toEqual(expected);
  });

  it('onnxsim PR #1012: rules and inference see what is inside of Loop and If', () => {
    const model = loops();
    const rule = rewriteRule({
      name: 'exchange',
      pattern: (op, x, y) => op.Add(x, y),
      replace: (op, x, y) => op.Add(y, x),
    });
    expect(applyRules(model, [rule]).applied).toHaveLength(2);
    const bodies = [...model.graph.nodes()].flatMap((node) => node.subgraphs());
    const table = inferTypes(model);
    expect(bodies.map((body) => table.shapeOf(body.outputs[1] as Value))).toEqual([['n'], ['n']]);
  });
});

test('ir-py PR #156: a name that a subgraph assigns again hides the outer value from nothing but itself', () => {
  const model = loops();
  const [loop] = [...model.graph.nodes()];
  const body = loop?.subgraph('body');
  const hidden = new Value('x', type);
  body?.append(new Node('Neg', [body.inputs[2] ?? null], [hidden]));
  expect(verify(model)).toEqual([]);
  body?.append(new Node('Abs', [model.graph.inputs[0] ?? null], [new Value('late')]));
  expect(verify(model).map(({ code }) => code)).toEqual(['assigned-twice']);
});
