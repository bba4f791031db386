import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeModel } from '../src/codec/wire.ts';
import { assertValid, Graph, type Model, Node, readModelBytes, Tensor, Value, verify } from '../src/index.ts';
import { modelMessage } from '../src/testing/models/messages.ts';
import { errorOf } from './support/code-of.ts';
import { tinyModel } from './support/tiny-model.ts';

const codes = (model: Model) => verify(model).map(({ code }) => code);

/** Plants one problem in any graph of a valid model; `undefined` where the model has no place for it. */
const plants: Record<string, (graph: Graph) => string | undefined> = {
  'undefined-value': (graph) => {
    const [node] = [...graph.nodes()];
    node?.setInput(node.inputs.length, new Value('nowhere'));
    return node && 'undefined-value';
  },
  'out-of-order': (graph) => {
    const [first, second] = [...graph.nodes()];
    const late = second?.outputs[0];
    if (!first || !late) return undefined;
    first.setInput(first.inputs.length, late);
    return 'out-of-order';
  },
  'assigned-twice': (graph) => {
    const [first, second] = [...graph.nodes()];
    const [taken] = first?.outputs ?? [];
    if (!taken || !second) return undefined;
    second.setOutputs([...second.outputs, new Value(taken.name)]);
    return 'assigned-twice';
  },
  'undefined-output': (graph) => {
    graph.setOutputs([...graph.outputs, new Value('nowhere')]);
    return 'undefined-output';
  },
  'missing-opset': (graph) => {
    const [node] = [...graph.nodes()];
    if (node) node.domain = 'com.nobody';
    return node && 'missing-opset';
  },
  'broken-use-list': (graph) => {
    const read = [...graph.nodes()].flatMap((node) => node.inputs.filter((value) => value !== null));
    read[0]?.forgetUses(() => true);
    return read[0] && 'broken-use-list';
  },
};

describe('verify', () => {
  it('finds a planted problem in any graph of any valid model', () => {
    fc.assert(
      fc.property(
        modelMessage,
        fc.constantFrom(...Object.keys(plants)),
        fc.nat(20),
        (message, name, place) => {
          const model = readModelBytes(encodeModel(message));
          const graphs = [...model.graphs()];
          const graph = graphs[place % graphs.length];
          const expected = graph && plants[name]?.(graph);
          if (expected === undefined) expect(codes(model)).toEqual([]);
          else expect(codes(model)).toContain(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('names the node and the value', () => {
    const { model, add } = tinyModel();
    add.setInput(1, new Value('nowhere'));
    expect(verify(model)[0]?.message).toBe('Add add reads nowhere, which is not defined');
  });

  it('finds names that a subgraph assigns again while it reads the outer value', () => {
    const { model, x, w, add } = tinyModel();
    const inner = new Graph('inner');
    inner.append(new Node('Relu', [x], [new Value('w')]));
    inner.append(new Node('Neg', [w], [new Value('i')]));
    add.setAttribute('body', { kind: 'graph', value: inner });
    expect(codes(model)).toEqual(['assigned-twice']);
  });

  it('lets sibling subgraphs use one name, but not see each other', () => {
    const { model, x, add } = tinyModel();
    for (const name of ['then_branch', 'else_branch']) {
      const inner = new Graph(name);
      const value = new Value('same');
      inner.append(new Node('Relu', [x], [value]));
      inner.setOutputs([value]);
      add.setAttribute(name, { kind: 'graph', value: inner });
    }
    expect(codes(model)).toEqual([]);
    const [first, second] = [...add.subgraphs()];
    const [node] = [...(second?.nodes() ?? [])];
    node?.setInput(0, first?.outputs[0] ?? null);
    expect(codes(model)).toEqual(['undefined-value']);
  });

  it('finds a value that is an input and computed as well', () => {
    const { model, x, relu } = tinyModel();
    relu.setOutputs([...relu.outputs, x]);
    expect(codes(model)).toEqual(['assigned-twice']);
  });

  it('takes models before IR version 3 to use opset 1 of the standard operators', () => {
    const { model } = tinyModel();
    model.opsetImports.clear();
    expect(new Set(codes(model))).toEqual(new Set(['missing-opset']));
    model.irVersion = 2;
    expect(codes(model)).toEqual([]);
  });

  it('takes 50,000 reads of one value and 2,000 subgraphs in its stride', () => {
    const { model, graph, w, x } = tinyModel();
    for (let i = 0; i < 50_000; i++) graph.append(new Node('Add', [x, w], [new Value(`a${i}`)]));
    for (let i = 0; i < 2_000; i++) {
      const branch = new Graph(`branch ${i}`);
      branch.append(new Node('Relu', [w], [new Value(`b${i}`)]));
      graph.append(
        new Node('If', [], [new Value(`c${i}`)], {
          attributes: [['then_branch', { kind: 'graph', value: branch }]],
        }),
      );
    }
    expect(codes(model)).toEqual([]);
  }, 30_000);
});

describe('assertValid', () => {
  it('throws the first problem and counts the others', () => {
    const { model, add } = tinyModel();
    expect(errorOf(() => assertValid(model))).toBeUndefined();
    add.setInputs([new Value('a'), new Value('b')]);
    const error = errorOf(() => assertValid(model));
    expect([error?.code, error?.message]).toEqual([
      'invalid-graph',
      'the graph is invalid: Add add reads a, which is not defined (and 1 more)',
    ]);
    expect(add.inputs.length).toBe(2);
  });

  it('accepts an initializer that is an input', () => {
    const { model, graph, x } = tinyModel();
    graph.addInitializer(x, Tensor.floats([1, 2]));
    expect(errorOf(() => assertValid(model))).toBeUndefined();
  });
});
