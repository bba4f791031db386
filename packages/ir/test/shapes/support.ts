import {
  type AttributeValue,
  type DataType,
  type Dimension,
  Graph,
  GraphBuilder,
  inferTypes,
  Model,
  Tensor,
  type TypeTable,
  tensorType,
  Value,
  type ValueType,
} from '../../src/index.ts';

/** A graph input as text such as `float32[batch,?,4]`, a constant, a shape read from a graph input, or nothing. */
export type Input = string | Tensor | { readonly shapeOf: string } | null;

export interface Options {
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly domain?: string;
  readonly opset?: number;
  readonly outputs?: number;
}

export function parseType(text: string): ValueType {
  const [, kind, element = ''] = /^(sequence|optional)\((.*)\)$/.exec(text) ?? [];
  if (kind === 'sequence' || kind === 'optional') return { kind, element: parseType(element) };
  const [, elementType = '', dims] = /^(\w+)(?:\[(.*)\])?$/.exec(text) ?? [];
  if (dims === undefined) return tensorType(elementType as DataType);
  const shape = dims === '' ? [] : dims.split(',').map(parseDimension);
  return tensorType(elementType as DataType, shape);
}

function parseDimension(text: string): Dimension {
  if (text === '?') return null;
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

/** A model with one node under test, and its outputs. */
export function modelOf(
  opType: string,
  inputs: readonly Input[],
  { attributes = {}, domain = '', opset = 21, outputs = 1 }: Options = {},
): { model: Model; graph: Graph; outputs: Value[] } {
  const graph = new Graph('test');
  const model = new Model(graph, [
    ['', opset],
    ['com.microsoft', 1],
  ]);
  const builder = new GraphBuilder(graph);
  const addInput = (text: string) => {
    const value = new Value(`input_${graph.inputs.length}`, parseType(text));
    graph.inputs.push(value);
    return value;
  };
  const values = inputs.map((input) => {
    if (input === null) return null;
    if (typeof input === 'string') return addInput(input);
    return input instanceof Tensor ? builder.constant(input) : builder.op('Shape', [addInput(input.shapeOf)]);
  });
  const results = builder.ops(opType, values, outputs, { attributes, domain });
  graph.setOutputs(results);
  return { model, graph, outputs: results };
}

/** What is known of a value, as `int64[2] = batch,4`; `-` for nothing. */
export function describeValue(table: TypeTable, value: Value): string {
  const type = table.typeOf(value);
  const integers = table.integersOf(value)?.map((integer) => integer ?? '?');
  return type === undefined ? '-' : `${describeType(type)}${integers ? ` = ${integers}` : ''}`;
}

function describeType(type: ValueType): string {
  if (type.kind === 'sequence' || type.kind === 'optional')
    return `${type.kind}(${describeType(type.element)})`;
  if (!('elementType' in type)) return type.kind;
  const dims = type.shape === undefined ? '' : `[${type.shape.map((extent) => extent ?? '?')}]`;
  return `${type.elementType}${dims}`;
}

/** Infers one node and describes its outputs. */
export function infer(opType: string, inputs: readonly Input[], options: Options = {}): string[] {
  const { model, outputs } = modelOf(opType, inputs, options);
  const table = inferTypes(model);
  const reasons = table.conflicts.map(({ reason }) => `! ${reason}`);
  return [...outputs.map((output) => describeValue(table, output)), ...reasons];
}

export function ints(...values: number[]): Tensor {
  return Tensor.int64(values);
}

export function scalar(value: number): Tensor {
  return Tensor.int64([value], []);
}
