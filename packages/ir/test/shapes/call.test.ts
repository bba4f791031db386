import { describe, expect, it } from 'vitest';
import {
  type Attribute,
  type AttributeValue,
  defineFunction,
  type FunctionDefinition,
  Graph,
  GraphBuilder,
  inferTypes,
  Model,
  Node,
  type TypeTable,
  Value,
} from '../../src/index.ts';
import { callAttributes } from '../../src/shapes/call.ts';
import { describeValue, parseType } from './support.ts';

type Build = (builder: GraphBuilder, inputs: Value[]) => Value;

/** A function of domain `local` with inputs x0, x1 and so on. */
function define(name: string, inputs: number, build: Build, rest: Partial<FunctionDefinition> = {}) {
  const values = Array.from({ length: inputs }, (_, i) => new Value(`x${i}`));
  const graph = new Graph(name, values);
  graph.setOutputs([build(new GraphBuilder(graph), values)]);
  const opsetImports = new Map([['', 21]]);
  return defineFunction({ domain: 'local', name, graph, opsetImports, ...rest });
}

/** A model that calls functions on inputs of the given types, one call for each. */
function calling(functions: FunctionDefinition[], name: string, calls: readonly (readonly string[])[]) {
  const graph = new Graph('main');
  const builder = new GraphBuilder(graph);
  const results = calls.map((types) => {
    const inputs = types.map((type, i) => new Value(`in${graph.inputs.length}_${i}`, parseType(type)));
    graph.inputs.push(...inputs);
    return builder.op(name, inputs, { domain: 'local' });
  });
  graph.setOutputs(results);
  const model = new Model(graph, [['', 21]]);
  model.functions = functions;
  return { model, graph, results };
}

function describeAll(table: TypeTable, values: readonly Value[]): string[] {
  return values.map((value) => describeValue(table, value));
}

function reference(name: string, type = 7): AttributeValue {
  return { kind: 'other', message: { type, refAttrName: name } };
}

describe('calls', () => {
  it('give each caller its own results, and the body what they have in common', () => {
    const twice = define('Twice', 1, (b, [x = null]) => b.op('Transpose', [x]));
    const { model, results } = calling([twice], 'Twice', [['float32[n,2]'], ['float32[m,2]']]);
    const table = inferTypes(model);
    expect(describeAll(table, results)).toEqual(['float32[2,n]', 'float32[2,m]']);
    expect(describeAll(table, twice.graph.outputs)).toEqual(['float32[2,?]']);
    expect(table.conflicts).toEqual([]);
  });

  it('resolve attributes to those of the caller, else to defaults, through calls of calls', () => {
    const defaults = new Map<string, Attribute>([['order', { kind: 'ints', value: [1n, 0n, 2n] }]]);
    const inner = define(
      'Inner',
      1,
      (b, [x = null]) => b.op('Transpose', [x], { attributes: { perm: reference('order') } }),
      { attributeDefaults: defaults },
    );
    const outer = define('Outer', 1, (b, [x = null]) =>
      b.op('Inner', [x], { domain: 'local', attributes: { order: reference('perm') } }),
    );
    const { model, results, graph } = calling([inner, outer], 'Outer', [
      ['float32[a,b,c]'],
      ['float32[a,b,c]'],
    ]);
    const [first] = graph.nodes();
    first?.setAttribute('perm', { kind: 'ints', value: [2n, 1n, 0n] });
    expect(describeAll(inferTypes(model), results)).toEqual(['float32[c,b,a]', 'float32[b,a,c]']);
  });

  it('honour overloads, opsets of the function, and inputs left out', () => {
    const old = define('F', 1, (b, [x = null]) => b.op('Dropout', [x]), { opsetImports: new Map([['', 7]]) });
    const [dropout] = old.graph.nodes();
    const mask = new Value('mask');
    dropout?.setOutputs([...dropout.outputs, mask]);
    old.graph.setOutputs([mask]);
    const clip = define('F', 2, (b, [x = null, axes = null]) => b.op('ReduceSum', [x, axes]), {
      overload: 'b',
    });
    const { model, results, graph } = calling([old, clip], 'F', [['float32[n]'], ['float32[n]']]);
    const [, second] = graph.nodes();
    if (second) second.overload = 'b';
    expect(describeAll(inferTypes(model), results)).toEqual(['float32[n]', 'float32[1]']);
  });

  it('refuse recursion, and look no deeper than is of use', () => {
    const self = define('Self', 1, (b, [x = null]) => b.op('Self', [x], { domain: 'local' }));
    const looping = calling([self], 'Self', [['float32[n]']]);
    const table = inferTypes(looping.model);
    expect(table.conflicts.map(({ reason }) => reason)).toEqual(['function Self calls itself']);
    expect(describeAll(table, looping.results)).toEqual(['-']);
    const chain = Array.from({ length: 5000 }, (_, i) =>
      define(`F${i}`, 1, (b, [x = null]) => b.op(`F${i + 1}`, [x], { domain: 'local' })),
    );
    const deep = calling(chain, 'F0', [['float32[n]']]);
    expect(inferTypes(deep.model).conflicts.map(({ reason }) => reason)).toEqual([
      'graphs and calls nest more than 200 deep',
    ]);
  });

  it('are remembered: functions that each call the next twice take no more than a step each', () => {
    const levels = Array.from({ length: 100 }, (_, i) =>
      define(`F${i}`, 1, (b, [x = null]) => {
        const call = () => b.op(i < 99 ? `F${i + 1}` : 'Relu', [x], { domain: i < 99 ? 'local' : '' });
        return b.op('Add', [call(), call()]);
      }),
    );
    const { model, results } = calling(levels, 'F0', [['float32[n]']]);
    expect(describeAll(inferTypes(model), results)).toEqual(['float32[n]']);
  });

  it('that differ every time stop being followed before they take forever', () => {
    const levels = Array.from({ length: 40 }, (_, i) =>
      define(`F${i}`, 1, (b, [x = null]) => {
        const doubled = b.op('Concat', [x, x], { attributes: { axis: 0n } });
        const call = (value: Value | null) =>
          b.op(i < 39 ? `F${i + 1}` : 'Relu', [value], { domain: i < 39 ? 'local' : '' });
        return b.op('Concat', [call(x), call(doubled)], { attributes: { axis: 0n } });
      }),
    );
    const { model, results } = calling(levels, 'F0', [['float32[n,2]']]);
    const table = inferTypes(model);
    expect(table.conflicts).toEqual([]);
    expect(describeAll(table, results)[0]).not.toBe('float32[n,2]');
  });
});

describe('callAttributes', () => {
  it('takes what the caller gives before the default', () => {
    const definition = define('F', 0, (b) => b.int64([1]), {
      attributeDefaults: new Map<string, Attribute>([
        ['f', { kind: 'float', value: 0.5 }],
        ['is', { kind: 'ints', value: [1n, 2n] }],
      ]),
    });
    const node = new Node('F', [], [], { attributes: [['f', { kind: 'float', value: 2 }]] });
    const attributes = callAttributes(node, definition, new Map());
    expect(attributes.get('f')).toEqual({ kind: 'float', value: 2 });
    expect(attributes.get('is')).toEqual({ kind: 'ints', value: [1n, 2n] });
  });
});
