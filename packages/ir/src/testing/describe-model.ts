import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import { isTensorType } from '../graph/type.ts';
import type { Value } from '../graph/value.ts';

/** A model as a few lines for the message of a failed law: weights of up to eight elements are shown, others are not. */
export function describeModel(model: Model): string {
  const imports = [...model.opsetImports].map(([domain, version]) => `${domain || 'onnx'} ${version}`);
  const functions = model.functions.map(({ name }) => name);
  const heading = `model (${imports.join(', ')}${functions.length > 0 ? `; functions ${functions.join(', ')}` : ''})`;
  return [heading, ...describeGraph(model.graph, '  ')].join('\n');
}

function* describeGraph(graph: Graph, indent: string): Generator<string> {
  yield `${indent}inputs ${graph.inputs.map(describeValue).join(', ')}`;
  for (const value of graph.initializers)
    yield `${indent}${describeValue(value)} = ${describeNumbers(value)}`;
  for (const node of graph.nodes()) yield* describeNode(node, indent);
  yield `${indent}outputs ${graph.outputs.map(({ name }) => name).join(', ')}`;
}

function* describeNode(node: Node, indent: string): Generator<string> {
  const inputs = node.inputs.map((value) => value?.name ?? '-').join(', ');
  const attributes = [...node.attributes].flatMap(([name, attribute]) =>
    attribute.kind === 'int' || attribute.kind === 'float' || attribute.kind === 'ints'
      ? [`${name}=${attribute.value}`]
      : [],
  );
  const braces = attributes.length > 0 ? `{${attributes.join(' ')}}` : '';
  yield `${indent}${node.outputs.map(describeValue).join(', ')} = ${node.opType}${braces}(${inputs})`;
  for (const graph of node.subgraphs()) yield* describeGraph(graph, `${indent}  `);
}

function describeValue({ name, type }: Value): string {
  if (!isTensorType(type)) return name;
  const shape = type.shape === undefined ? '' : `[${type.shape.map((dim) => dim ?? '?').join(',')}]`;
  return `${name}:${type.elementType}${shape}`;
}

function describeNumbers({ tensor }: Value): string {
  if (tensor === undefined || tensor.size > 8 || tensor.dataType === 'string') return '…';
  return `[${[...tensor.numbers()].map((number) => Number(number.toPrecision(6))).join(', ')}]`;
}
