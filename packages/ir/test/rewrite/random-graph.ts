import fc from 'fast-check';
import { defineFunction, Graph, Model, Node, Tensor, Value } from '../../src/index.ts';

const OPERATORS = ['Relu', 'Neg', 'Identity', 'Add', 'Mul', 'Both', 'If'] as const;

interface NodeSpec {
  readonly operator: (typeof OPERATORS)[number];
  readonly picks: readonly number[];
  readonly bodies: readonly GraphSpec[];
  readonly label: string;
}

interface GraphSpec {
  readonly nodes: readonly NodeSpec[];
  readonly outputs: readonly number[];
}

const picks = (count: number) => fc.array(fc.nat(1000), { minLength: count, maxLength: count });

const graphSpec = fc.letrec<{ graph: GraphSpec; node: NodeSpec }>((tie) => ({
  graph: fc.record({
    nodes: fc.array(tie('node'), { minLength: 1, maxLength: 8 }),
    outputs: fc.array(fc.nat(1000), { minLength: 1, maxLength: 3 }),
  }),
  node: fc.record({
    operator: fc.constantFrom(...OPERATORS),
    picks: picks(2),
    bodies: fc.oneof(
      { maxDepth: 1, withCrossShrink: true },
      fc.constant([]),
      fc.tuple(tie('graph'), tie('graph')),
    ),
    label: fc.constantFrom('a', 'b'),
  }),
}));

export type ModelSpec = readonly [GraphSpec, GraphSpec];

/** Plans of models, which print shorter than models when a law is broken. */
export const modelSpecs: fc.Arbitrary<ModelSpec> = fc.tuple(graphSpec.graph, graphSpec.graph);

/**
 * Models of integer operators with branches that capture, outputs inside of chains or given twice, and one function.
 * `Both(x, y)` of `com.example` gives `x + y` and the larger of that and 0.
 */
export function makeModel([main, body]: ModelSpec): Model {
  const inputs = () => ['x', 'y'].map((name) => new Value(name));
  const graph = new Graph('main', inputs());
  fill(graph, main, graph.inputs);
  const model = new Model(graph, [
    ['', 20],
    ['com.example', 1],
  ]);
  const called = new Graph('function', inputs());
  fill(called, body, called.inputs);
  model.functions.push(
    defineFunction({
      domain: 'com.example',
      name: 'Called',
      graph: called,
      opsetImports: new Map([
        ['', 20],
        ['com.example', 1],
      ]),
    }),
  );
  return model;
}

function fill(graph: Graph, spec: GraphSpec, outer: readonly Value[]): void {
  const visible = [...outer];
  const own: Value[] = [];
  if (graph.owner === null && graph.name === 'main') {
    visible.push(graph.addInitializer(graph.newValue('w'), Tensor.int64([3], [])));
  }
  for (const { operator, picks, bodies, label } of spec.nodes) {
    const kind = operator === 'If' && bodies.length < 2 ? 'Relu' : operator;
    const arity = kind === 'Add' || kind === 'Mul' || kind === 'Both' ? 2 : 1;
    const inputs = picks.slice(0, arity).map((pick) => visible[pick % visible.length] ?? null);
    const outputs = Array.from({ length: kind === 'Both' ? 2 : 1 }, () => graph.newValue('v'));
    const domain = kind === 'Both' ? 'com.example' : '';
    const node = new Node(kind, inputs, outputs, { domain, name: graph.newName('n') });
    node.metadataProps.set(label, node.name);
    graph.append(node);
    if (kind === 'If') {
      for (const [index, body] of bodies.entries()) {
        const branch = new Graph(`${node.name}_${index}`);
        node.setAttribute(index === 0 ? 'then_branch' : 'else_branch', { kind: 'graph', value: branch });
        fill(branch, { ...body, outputs: body.outputs.slice(0, 1) }, visible);
      }
    }
    visible.push(...outputs);
    own.push(...outputs);
  }
  const returned = graph.owner === null ? own : visible;
  graph.setOutputs(spec.outputs.flatMap((pick) => returned[pick % returned.length] ?? []));
}

/** What the graphs of a model compute in 32-bit integers, outputs with the names they have. */
export function evaluate(model: Model, x: number, y: number): string[] {
  return [model.graph, ...model.functions.map(({ graph }) => graph)].flatMap((graph) => {
    const known = new Map<Value, number>();
    for (const [index, input] of graph.inputs.entries()) known.set(input, index === 0 ? x : y);
    const isNamed = graph === model.graph;
    return run(graph, known).map((n, index) => `${isNamed ? graph.outputs[index]?.name : index} = ${n}`);
  });
}

function run(graph: Graph, outer: ReadonlyMap<Value, number>): number[] {
  const known = new Map(outer);
  for (const value of graph.initializers) known.set(value, value.tensor?.numbers()[0] ?? 0);
  for (const node of graph.nodes()) {
    const [a = 0, b = 0] = node.inputs.map((input) => known.get(input ?? new Value('')) ?? Number.NaN);
    for (const [index, result] of apply(node, a, b, known).entries()) {
      const output = node.outputs[index];
      if (output !== undefined) known.set(output, result);
    }
  }
  return graph.outputs.map((output) => known.get(output) ?? Number.NaN);
}

function apply(node: Node, a: number, b: number, known: ReadonlyMap<Value, number>): number[] {
  const sum = (a + b) | 0;
  switch (node.opType) {
    case 'Relu':
      return [Math.max(0, a)];
    case 'Neg':
      return [-a | 0];
    case 'Identity':
      return [a];
    case 'Add':
      return [sum];
    case 'Mul':
      return [Math.imul(a, b)];
    case 'Both':
      return [sum, Math.max(0, sum)];
    case 'Constant':
      return [node.tensor('value')?.numbers()[0] ?? 0];
    default: {
      const branch = node.subgraph((a & 1) === 1 ? 'then_branch' : 'else_branch');
      return branch === undefined ? [] : run(branch, known);
    }
  }
}
