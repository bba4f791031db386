import {
  type Attribute,
  type DataType,
  Graph,
  GraphBuilder,
  Model,
  Node,
  type Shape,
  type Tensor,
  tensorType,
  type Value,
  verify,
  writeModelBytes,
} from '@sentei/ir';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { expect } from 'vitest';
import { takeSurvey } from '../../src/survey.ts';
import type { Rule } from '../../src/types.ts';

export interface TinyOptions {
  readonly opset?: number;
  readonly irVersion?: number;
}

/** A model with float32 inputs (or others, by `[type, shape]`) whose outputs `build` returns. */
export function tinyModel(
  inputs: Readonly<Record<string, Shape | readonly [DataType, Shape]>>,
  build: (builder: GraphBuilder, inputs: Value[]) => readonly Value[],
  { opset = 18, irVersion = 8 }: TinyOptions = {},
): Model {
  const values = new Graph('tiny');
  for (const [name, given] of Object.entries(inputs)) {
    const [type, shape] = isTyped(given) ? given : (['float32', given] as const);
    values.inputs.push(values.newValue(name, tensorType(type, shape)));
  }
  const outputs = build(new GraphBuilder(values), [...values.inputs]);
  for (const output of outputs) output.type ??= tensorType('float32');
  values.setOutputs(outputs);
  return new Model(values, [['', opset]], irVersion);
}

function isTyped(given: Shape | readonly [DataType, Shape]): given is readonly [DataType, Shape] {
  return Array.isArray(given[1]);
}

/** Appends a node with a named output. */
export function node(
  graph: Graph,
  opType: string,
  inputs: readonly (Value | null)[],
  attributes: readonly (readonly [string, Attribute])[] = [],
  domain = '',
): Node {
  const output = graph.newValue(`${opType.toLowerCase()}_out`);
  return graph.append(
    new Node(opType, inputs, [output], { attributes, domain, name: graph.newName(opType) }),
  );
}

export function initializer(graph: Graph, name: string, tensor: Tensor): Value {
  return graph.addInitializer(graph.newValue(name), tensor);
}

/** Operators of a graph and its subgraphs, in order. */
export function operators(model: Model): string[] {
  return [...model.graph.allNodes()].map((each) => each.opType);
}

/** Applies a rule once, checks that the graph stays valid, and returns the number of rewrites. */
export function once(model: Model, rule: Rule): number {
  const count = rule.find(takeSurvey(model)).filter((rewrite) => rewrite.apply()).length;
  expect(verify(model)).toEqual([]);
  return count;
}

/** Checks that a rule finds nothing and that looking leaves the bytes of the model as they are. */
export function expectUntouched(model: Model, rule: Rule): void {
  const before = writeModelBytes(model);
  expect(rule.find(takeSurvey(model)).map(({ subject }) => subject)).toEqual([]);
  expect(Buffer.compare(writeModelBytes(model), before)).toBe(0);
}

export type Feeds = Readonly<Record<string, OrtTensor>>;

export function floats(values: readonly number[], dims: readonly number[]): OrtTensor {
  return new OrtTensor('float32', Float32Array.from(values), dims);
}

/** Numbers that are no round ones, the same each time. */
export function noise(count: number, seed = 1): number[] {
  return Array.from({ length: count }, (_, i) => Math.sin((i + 1) * 12.9898 * seed) * 3);
}

/** Runs a model without any optimization of the runtime; outputs as numbers with their shape. */
export async function run(
  model: Model,
  feeds: Feeds,
): Promise<Record<string, { dims: readonly number[]; data: number[] }>> {
  const session = await InferenceSession.create(writeModelBytes(model), {
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const outputs = await session.run(feeds);
  await session.release();
  return Object.fromEntries(
    Object.entries(outputs).map(([name, tensor]) => [
      name,
      { dims: tensor.dims, data: Array.from(tensor.data as ArrayLike<number | bigint>, Number) },
    ]),
  );
}
