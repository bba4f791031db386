import Long from 'long';
import type { Attribute } from '../graph/attribute.ts';
import type { Graph, SparseInitializer } from '../graph/graph.ts';
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
  SparseTensorProto,
  ValueInfoProto,
} from './messages.ts';
import { readOpsets } from './read-model.ts';
import { copyMessage, encodeModel, fromProperties, setField, without } from './wire.ts';

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
  message.sparseInitializer = graph.sparseInitializers.map(writeSparse);
  message.input = graph.inputs.map((value) => writeInfo(value, value.info));
  message.output = graph.outputs.map((value) => writeOutputInfo(value, graph));
  message.valueInfo = describedValues(graph).map((value) => writeInfo(value, value.info));
  return message;
}

/** Values to describe besides inputs and outputs: those the file described, then typed ones that passes have made. */
function describedValues(graph: Graph): Value[] {
  const outputs = new Set(graph.outputs);
  const fromFile = graph.valueInfoOrder.filter(
    (value) => isDefinedIn(graph, value) && (!outputs.has(value) || value.outputInfo !== undefined),
  );
  const described = new Set([...fromFile, ...graph.inputs, ...graph.outputs]);
  const made: Value[] = [];
  for (const node of graph.nodes()) {
    for (const output of node.outputs) {
      if (output.name !== '' && !described.has(output) && canDescribe(output)) made.push(output);
    }
  }
  return [...fromFile, ...made];
}

function canDescribe({ type }: Value): boolean {
  return type !== undefined && writeType(type) !== undefined;
}

function isDefinedIn(graph: Graph, value: Value): boolean {
  if (value.producer !== null) return value.producer.graph === graph;
  return value.tensor === undefined || graph.initializers.has(value);
}

function writeInfo(value: Value, source: ValueInfoProto | undefined): ValueInfoProto {
  const message = copyMessage(source);
  setField(message, 'name', value.name, '');
  message.metadataProps = fromProperties(value.metadataProps, message.metadataProps);
  const type = message.type ? undefined : value.type && writeType(value.type);
  if (type !== undefined) message.type = type;
  return message;
}

/** An output the file described twice, or that a graph around this one describes too, keeps the second description. */
function writeOutputInfo(value: Value, graph: Graph): ValueInfoProto {
  const second = graph.outerOutputInfos.get(value) ?? value.outputInfo;
  if (second === undefined) return writeInfo(value, value.info);
  const { metadataProps } = second;
  const message = writeInfo(value, second);
  return metadataProps === undefined ? without(message, 'metadataProps') : { ...message, metadataProps };
}

function writeSparse({ value, message }: SparseInitializer): SparseTensorProto {
  if ((message.values?.name ?? '') === value.name) return message;
  return { ...copyMessage(message), values: { ...copyMessage(message.values), name: value.name } };
}

/** Functions have no initializers: constants that passes gave the graph become Constant nodes. */
function writeConstant(value: Value): NodeProto[] {
  if (value.tensor === undefined) return [];
  const attribute = { name: 'value', type: ATTRIBUTE_TYPES.tensor, t: value.tensor.toMessage(undefined) };
  return [{ output: [value.name], opType: 'Constant', attribute: [attribute] }];
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

/** Fields the file left out stay out while they still have their default, so that its bytes come back. */
function writeAttribute(name: string, attribute: Attribute): AttributeProto {
  const message = copyMessage(attribute.message);
  setField(message, 'name', name, '');
  if (attribute.kind === 'other') return message;
  const isNew = attribute.message === undefined;
  if (isNew) message.type = ATTRIBUTE_TYPES[attribute.kind];
  switch (attribute.kind) {
    case 'float':
      if (isNew) message.f = attribute.value;
      else setField(message, 'f', attribute.value, 0);
      break;
    case 'int':
      if (isNew || Object.hasOwn(message, 'i') || attribute.value !== 0n) message.i = toLong(attribute.value);
      break;
    case 'string':
      if (isNew || Object.hasOwn(message, 's') || attribute.value.length > 0) message.s = attribute.value;
      break;
    case 'tensor':
      message.t = attribute.value.toMessage(undefined);
      break;
    case 'graph':
      message.g = writeGraph(attribute.value);
      break;
    case 'floats':
      message.floats = [...attribute.value];
      break;
    case 'ints':
      message.ints = attribute.value.map(toLong);
      break;
    case 'strings':
      message.strings = [...attribute.value];
      break;
    case 'tensors':
      message.tensors = attribute.value.map((tensor) => tensor.toMessage(undefined));
      break;
    case 'graphs':
      message.graphs = attribute.value.map(writeGraph);
      break;
  }
  return message;
}

function writeFunction(definition: FunctionDefinition): FunctionProto {
  const message = copyMessage(definition.message);
  message.input = definition.graph.inputs.map((value) => value.name);
  message.output = definition.graph.outputs.map((value) => value.name);
  message.node = [
    ...[...definition.graph.initializers].flatMap(writeConstant),
    ...[...definition.graph.nodes()].map(writeNode),
  ];
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
