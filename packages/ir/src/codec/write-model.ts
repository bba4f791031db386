import Long from 'long';
import type { Attribute } from '../graph/attribute.ts';
import type { Graph } from '../graph/graph.ts';
import { canonicalDomain, type FunctionDefinition, type Model } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import { writeType } from '../graph/type.ts';
import type { Value } from '../graph/value.ts';
import type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  OperatorSetIdProto,
  ValueInfoProto,
} from './messages.ts';
import { readOpsets } from './read-model.ts';
import { copyMessage, encodeModel, fromProperties, setField } from './wire.ts';

const ATTRIBUTE_TYPES = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
} as const;

/** Writes a model to the bytes of an ONNX file. What no pass changed keeps the encoding it was read with. */
export function writeModelBytes(model: Model): Uint8Array {
  return encodeModel(messageFromModel(model));
}

/** The model as a message of the schema. Tensor bytes are shared with the model, not copied. */
export function messageFromModel(model: Model): ModelProto {
  const message = copyMessage(model.message);
  if (Number(message.irVersion) !== model.irVersion) message.irVersion = model.irVersion;
  message.opsetImport = writeOpsets(model.opsetImports, message.opsetImport);
  message.metadataProps = fromProperties(model.metadataProps, message.metadataProps);
  message.graph = writeGraph(model.graph);
  message.functions = model.functions.map(writeFunction);
  return message;
}

function writeGraph(graph: Graph): GraphProto {
  const message = copyMessage(graph.message);
  setField(message, 'name', graph.name, '');
  message.metadataProps = fromProperties(graph.metadataProps, message.metadataProps);
  message.node = [...graph.nodes()].map(writeNode);
  message.initializer = [...graph.initializers].flatMap((value) => value.tensor?.toMessage(value.name) ?? []);
  message.sparseInitializer = graph.sparseInitializers.map((sparse) => sparse.message);
  message.input = graph.inputs.map((value) => writeInfo(value, value.info));
  message.output = graph.outputs.map((value) => writeInfo(value, value.outputInfo ?? value.info));
  message.valueInfo = describedValues(graph).map((value) => writeInfo(value, value.info));
  return message;
}

/** Values to describe besides inputs and outputs: those the file described, then typed ones that passes have made. */
function describedValues(graph: Graph): Value[] {
  const fromFile = graph.valueInfoOrder.filter((value) => isDefinedIn(graph, value));
  const described = new Set([...fromFile, ...graph.inputs, ...graph.outputs]);
  const made: Value[] = [];
  for (const node of graph.nodes()) {
    for (const output of node.outputs) {
      if (output.name !== '' && !described.has(output) && output.type !== undefined) made.push(output);
    }
  }
  return [...fromFile, ...made];
}

function isDefinedIn(graph: Graph, value: Value): boolean {
  if (value.producer !== null) return value.producer.graph === graph;
  return value.tensor === undefined || graph.initializers.has(value);
}

function writeInfo(value: Value, source: ValueInfoProto | undefined): ValueInfoProto {
  const message = copyMessage(source);
  setField(message, 'name', value.name, '');
  message.metadataProps = fromProperties(value.metadataProps, message.metadataProps);
  if (value.type !== undefined && !message.type) message.type = writeType(value.type);
  return message;
}

function writeNode(node: Node): NodeProto {
  const message = copyMessage(node.message);
  message.input = node.inputs.map((value) => value?.name ?? '');
  message.output = node.outputs.map((value) => value.name);
  setField(message, 'name', node.name, '');
  setField(message, 'opType', node.opType, '');
  setField(message, 'domain', node.domain, '');
  setField(message, 'overload', node.overload, '');
  message.metadataProps = fromProperties(node.metadataProps, message.metadataProps);
  message.attribute = [...node.attributes].map(([name, attribute]) => writeAttribute(name, attribute));
  return message;
}

function writeAttribute(name: string, attribute: Attribute): AttributeProto {
  const source = attribute.message;
  if (attribute.kind === 'graph') return { ...typed(name, attribute), g: writeGraph(attribute.value) };
  if (attribute.kind === 'graphs')
    return { ...typed(name, attribute), graphs: attribute.value.map(writeGraph) };
  if (source !== undefined) return (source.name ?? '') === name ? source : { ...copyMessage(source), name };
  switch (attribute.kind) {
    case 'float':
      return { ...typed(name, attribute), f: attribute.value };
    case 'int':
      return { ...typed(name, attribute), i: toLong(attribute.value) };
    case 'string':
      return { ...typed(name, attribute), s: attribute.value };
    case 'tensor':
      return { ...typed(name, attribute), t: attribute.value.toMessage(undefined) };
    case 'floats':
      return { ...typed(name, attribute), floats: [...attribute.value] };
    case 'ints':
      return { ...typed(name, attribute), ints: attribute.value.map(toLong) };
    case 'strings':
      return { ...typed(name, attribute), strings: [...attribute.value] };
    case 'tensors':
      return {
        ...typed(name, attribute),
        tensors: attribute.value.map((tensor) => tensor.toMessage(undefined)),
      };
    case 'other':
      return attribute.message;
  }
}

function typed(name: string, attribute: Exclude<Attribute, { kind: 'other' }>): AttributeProto {
  if (attribute.message !== undefined) return copyMessage(attribute.message);
  return { name, type: ATTRIBUTE_TYPES[attribute.kind] };
}

function writeFunction(definition: FunctionDefinition): FunctionProto {
  const message = copyMessage(definition.message);
  message.input = definition.graph.inputs.map((value) => value.name);
  message.output = definition.graph.outputs.map((value) => value.name);
  message.node = [...definition.graph.nodes()].map(writeNode);
  message.valueInfo = definition.graph.valueInfoOrder
    .filter((value) => isDefinedIn(definition.graph, value))
    .map((value) => writeInfo(value, value.info));
  return message;
}

function writeOpsets(
  opsets: ReadonlyMap<string, number>,
  source: readonly OperatorSetIdProto[] | undefined,
): OperatorSetIdProto[] {
  const before = readOpsets(source ?? []);
  const unchanged =
    before.size === opsets.size && [...opsets].every(([d, version]) => before.get(d) === version);
  if (source !== undefined && unchanged) return [...source];
  return [...opsets].map(([domain, version]) => {
    const entry = source?.find((candidate) => canonicalDomain(candidate.domain ?? '') === domain);
    return { ...copyMessage<OperatorSetIdProto>(entry ?? { domain }), version };
  });
}

function toLong(value: bigint): Long {
  return Long.fromString(value.toString());
}
