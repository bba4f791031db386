import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  defineFunction,
  type FunctionDefinition,
  Graph,
  GraphBuilder,
  inferTypes,
  Model,
  Node,
  parseModel,
  readModel,
  TypeTable,
  Value,
  writeModelBytes,
} from '../../src/index.ts';
import { canonicalType } from '../../src/shapes/fact.ts';
import { listOperators } from '../../src/shapes/registry.ts';
import { describeValue, type Input, ints, modelOf, parseType } from './support.ts';

function functionOf(domain: string, name: string, graph: Graph, opset = 21): FunctionDefinition {
  const opsetImports = new Map([['', opset]]);
  return defineFunction({ domain, name, graph, opsetImports });
}

const CHECKPOINT = fileURLToPath(new URL('../../../../checkpoints/fox-pro-6l/model.onnx', import.meta.url));

describe('inferTypes', () => {
  it('reproduces every value info that the shipped checkpoint declares', async () => {
    const model = await readModel(CHECKPOINT);
    const declared = new Map(model.graph.valueInfoOrder.map((value) => [value, value.type]));
    const results = new Set(model.graph.outputs);
    for (const value of declared.keys()) if (!results.has(value)) value.type = undefined;
    const table = inferTypes(model);
    expect(declared.size).toBe(719);
    expect(table.conflicts).toEqual([]);
    for (const [value, type] of declared) {
      // The exporter writes 'sequence - 1' where the canonical text is 'sequence-1'.
      expect([value.name, table.typeOf(value)]).toEqual([value.name, type && canonicalType(type)]);
    }
  });

  it('leaves the model as it was, byte by byte', async () => {
    const model = await readModel(CHECKPOINT);
    const before = writeModelBytes(model);
    expect(inferTypes(model).conflicts).toEqual([]);
    expect(Buffer.compare(writeModelBytes(model), before)).toBe(0);
    const tiny = modelOf('Relu', ['float32[n]']);
    inferTypes(tiny.model);
    expect(tiny.outputs[0]?.type).toBeUndefined();
  });

  it('takes declared types for known and keeps them where inference disagrees', () => {
    const { model, outputs } = modelOf('MatMul', ['float32[n,4]', 'float32[4,m]']);
    const [output] = outputs;
    if (output === undefined) throw new Error('the model has no output');
    output.type = parseType('float16[n,8]');
    const table = inferTypes(model);
    expect(describeValue(table, output)).toBe('float16[n,8]');
    expect(table.conflicts.map(({ value, reason }) => [value, reason])).toEqual([
      [output, 'declared with elements float16, inferred with float32'],
    ]);
    output.type = parseType('float32[7,3,2]');
    expect(inferTypes(model).conflicts[0]?.reason).toBe('declared as [7,3,2], inferred as [n,m]');
  });

  it('prefers symbols of the inputs to those that an exporter made up', () => {
    const { model, outputs } = modelOf('Relu', ['float32[batch,sequence]']);
    const [output] = outputs;
    if (output === undefined) throw new Error('the model has no output');
    output.type = parseType('float32[unk__17,batch]');
    expect(describeValue(inferTypes(model), output)).toBe('float32[batch,batch]');
  });

  it('infers for a given run what it cannot for every run', () => {
    const model = parseModel(`<ir_version: 10, opset_import: ["": 21]>
      g (float[n, 4] x, bool[2] gates, m) => (y) {
        i = Constant <value = int64 {1}> ()
        c = Gather (gates, i)
        y = If (c) <
          then_branch = t () => (p) { p = Relu (x) },
          else_branch = e () => (q) { q = ReduceSum <keepdims = 0> (x) }>
      }`);
    const [y] = model.graph.outputs;
    if (y === undefined) throw new Error('no output');
    expect(inferTypes(model).shapeOf(y)).toBeUndefined();
    const run = (gate: number) =>
      inferTypes(model, { x: { dims: [3, 4] }, gates: { dims: [2], integers: [0, gate] }, m: { dims: [1] } });
    expect([run(1).shapeOf(y), run(0).shapeOf(y)]).toEqual([[3, 4], []]);
    expect(model.graph.inputs[0]?.type).toMatchObject({ shape: ['n', 4] });
  });

  it('treats operators without a rule as barriers, and looks inside their graphs', () => {
    const { model, graph, outputs } = modelOf('Mystery', ['float32[n]'], { domain: 'elsewhere' });
    const [node] = graph.nodes();
    const [input] = graph.inputs;
    const [output] = outputs;
    if (!node || !input || !output) throw new Error('the model is not as expected');
    const inner = new Graph('inner');
    const value = new GraphBuilder(inner).op('Shape', [input]);
    inner.setOutputs([value]);
    node.setAttribute('body', { kind: 'graph', value: inner });
    expect(describeValue(inferTypes(model), output)).toBe('-');
    output.type = parseType('int8[2]');
    const table = inferTypes(model);
    expect(describeValue(table, output)).toBe('int8[2]');
    expect(describeValue(table, value)).toBe('int64[1] = n');
    expect(table.conflicts).toEqual([]);
  });

  it('infers through a function of the model even where it has the name of an operator', () => {
    const { model, outputs } = modelOf('Relu', ['float32[n,2]']);
    const x = new Value('x');
    const graph = new Graph('Relu', [x]);
    graph.setOutputs([new GraphBuilder(graph).op('Transpose', [x])]);
    model.functions = [functionOf('', 'Relu', graph)];
    const table = inferTypes(model);
    expect(outputs.map((output) => describeValue(table, output))).toEqual(['float32[2,n]']);
  });

  it('follows a reshape target from shape to reshape', () => {
    const graph = new Graph('heads', [new Value('x', parseType('float32[batch,sequence,256]'))]);
    const builder = new GraphBuilder(graph);
    const x = graph.inputs[0] ?? null;
    const extent = (at: number) => {
      const picked = builder.op('Gather', [builder.op('Shape', [x]), builder.int64([at], [])]);
      return builder.op('Unsqueeze', [picked, builder.int64([0])]);
    };
    const cast = builder.op('Cast', [extent(1)], { attributes: { to: 7n } });
    const target = builder.op('Concat', [extent(0), cast, builder.int64([4, 64])], {
      attributes: { axis: 0n },
    });
    const view = builder.op('Reshape', [x, target]);
    const table = inferTypes(new Model(graph, [['', 18]]));
    expect(describeValue(table, target)).toBe('int64[4] = batch,sequence,4,64');
    expect(describeValue(table, view)).toBe('float32[batch,sequence,4,64]');
  });

  it('never throws, whatever nodes are given', () => {
    const input: fc.Arbitrary<Input> = fc.oneof(
      fc.constantFrom<Input>(null, 'float32', 'float32[]', 'int64[2]', 'int64', 'bool[]', {
        shapeOf: 'float32[a,2]',
      }),
      fc.array(fc.constantFrom('a', '?', '0', '1', '4'), { maxLength: 5 }).map((dims) => `float32[${dims}]`),
      fc.array(fc.integer({ min: -3, max: 5 }), { maxLength: 5 }).map((list) => ints(...list)),
    );
    const names = [
      'axis',
      'axes',
      'perm',
      'pads',
      'strides',
      'kernel_shape',
      'split',
      'num_outputs',
      'num_heads',
      'group',
      'starts',
      'ends',
      'k',
      'batch_dims',
      'keepdims',
      'qkv_hidden_sizes',
      'q_num_heads',
      'kv_num_heads',
      'start',
      'output_shape',
    ];
    const numbers = fc.integer({ min: -4, max: 6 }).map(BigInt);
    const attribute = fc.oneof(numbers, fc.array(numbers, { maxLength: 5 }), fc.constant('ab,bc->ac'));
    const attributes = fc.dictionary(fc.constantFrom(...names, 'equation'), attribute, { maxKeys: 4 });
    const inputs = fc.array(input, { maxLength: 6 });
    const opset = fc.integer({ min: 1, max: 25 });
    const outputs = fc.integer({ min: 0, max: 3 });
    const known = new Set<string>();
    for (const { domain, opType } of listOperators()) {
      fc.assert(
        fc.property(inputs, fc.record({ attributes, opset, outputs }), (given, options) => {
          const { model } = modelOf(opType, given, { ...options, domain });
          for (const { node, reason } of inferTypes(model).conflicts)
            known.add(`${node.opType}: ${typeof reason}`);
        }),
        { numRuns: 60, seed: 17 },
      );
    }
    expect(known).toContain('Conv: string');
    expect(known).toContain('Reshape: string');
  });

  it('takes time in proportion to the number of nodes', () => {
    const visits = (count: number) => {
      const graph = new Graph('chain', [new Value('x', parseType('float32[n,8]'))]);
      const builder = new GraphBuilder(graph);
      let value = graph.inputs[0] ?? null;
      for (let i = 0; i < count; i++) value = builder.op('Relu', [value]);
      const get = vi.spyOn(TypeTable.prototype, 'factOf');
      inferTypes(new Model(graph, [['', 21]]));
      const { length } = get.mock.calls;
      get.mockRestore();
      return length;
    };
    const [small, large] = [visits(50), visits(500)];
    expect(large).toBeLessThanOrEqual(small * 10);
    expect(small).toBeGreaterThanOrEqual(50);
  });
});

describe('laws', () => {
  it('never loses or contradicts what is declared without listing it', () => {
    const extent = fc.constantFrom('a', 'b', '?', '1', '2', '4');
    const shape = fc.array(extent, { maxLength: 4 }).map((dims) => `float32[${dims}]`);
    const declared = fc.oneof(fc.constant('float32'), fc.constant('int64[2]'), shape);
    const operators = listOperators().filter(({ domain }) => domain === '');
    fc.assert(
      fc.property(
        fc.constantFrom(...operators),
        fc.array(shape, { minLength: 1, maxLength: 3 }),
        declared,
        ({ opType }, inputs, text) => {
          const { model, outputs } = modelOf(opType, inputs);
          const [output] = outputs;
          if (output === undefined) throw new Error('the model has no output');
          output.type = parseType(text);
          const table = inferTypes(model);
          const type = table.typeOf(output);
          const known = parseType(text);
          if (type?.kind !== 'tensor' || known.kind !== 'tensor') throw new Error('a tensor type is lost');
          expect(type.elementType).toBe(known.elementType);
          if (known.shape === undefined) return;
          expect(type.shape).toHaveLength(known.shape.length);
          for (const [axis, own] of known.shape.entries()) {
            if (typeof own === 'number') expect(type.shape?.[axis]).toBe(own);
            else if (own !== null) expect(type.shape?.[axis]).not.toBeNull();
          }
        },
      ),
      { numRuns: 2000, seed: 5 },
    );
  });

  it('subgraphs nested beyond use are not looked into', () => {
    const { model, graph } = modelOf('Relu', ['float32[n]']);
    let inner = new Graph('innermost');
    for (let i = 0; i < 5000; i++) {
      const around = new Graph('around');
      around.append(new Node('Mystery', [], [], { attributes: [['body', { kind: 'graph', value: inner }]] }));
      inner = around;
    }
    graph.append(new Node('Mystery', [], [], { attributes: [['body', { kind: 'graph', value: inner }]] }));
    expect(inferTypes(model).conflicts.map(({ reason }) => reason)).toEqual([
      'graphs and calls nest more than 200 deep',
    ]);
  });
});
