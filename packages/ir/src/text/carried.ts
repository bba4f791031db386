import type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  Message,
  ModelProto,
  StringStringEntryProto,
  TypeProto,
} from '../codec/messages.ts';
import { toProperties } from '../codec/wire.ts';
import type { Attribute } from '../graph/attribute.ts';
import type { Graph } from '../graph/graph.ts';
import type { FunctionDefinition, Model } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import type { Tensor } from '../graph/tensor.ts';
import { writeType } from '../graph/type.ts';
import type { Value } from '../graph/value.ts';

/*
 * What the graph classes carry for the file without modelling it: doc strings, devices, quantisation. The printer reads it
 * and the parser sets it here and nowhere else.
 */

/** A tensor of a text that names its bytes without holding them. */
export interface Elision {
  readonly name: string;
  readonly docString: string;
  readonly metadataProps: ReadonlyMap<string, string>;
  readonly digest: string | undefined;
  /** Where the text says that the bytes lie. */
  readonly externalData: readonly StringStringEntryProto[] | undefined;
}

const elisions = new WeakMap<Tensor, Elision>();

export function markElided(tensor: Tensor, elision: Elision): Tensor {
  elisions.set(tensor, elision);
  return tensor;
}

export interface CarriedByTensor extends Elision {
  readonly isElided: boolean;
  readonly strings: readonly Uint8Array[] | undefined;
}

export function carriedByTensor(tensor: Tensor): CarriedByTensor {
  const elision = elisions.get(tensor);
  if (elision !== undefined) return { ...elision, isElided: true, strings: undefined };
  const message = tensor.toMessage(undefined);
  return {
    isElided: false,
    name: message.name ?? '',
    docString: message.docString ?? '',
    metadataProps: toProperties(message.metadataProps),
    digest: undefined,
    externalData: tensor.external === undefined ? undefined : (message.externalData ?? []),
    strings: tensor.dataType === 'string' ? (message.stringData ?? []) : undefined,
  };
}

/** The type a value is described with, denotations included. */
export function typeMessageOf(value: Value): TypeProto | undefined {
  return value.info?.type ?? (value.type && writeType(value.type));
}

/** The values a graph describes besides inputs and outputs, in the order of the file, then those that passes have typed. */
export function describedValues(graph: Graph): Value[] {
  const outputs = new Set(graph.outputs);
  const fromFile = graph.valueInfoOrder.filter(
    (value) => isDefinedIn(graph, value) && (!outputs.has(value) || value.outputInfo !== undefined),
  );
  const described = new Set([...fromFile, ...graph.inputs, ...graph.outputs]);
  for (const node of graph.nodes()) {
    for (const output of node.outputs) {
      if (output.name === '' || described.has(output) || typeMessageOf(output) === undefined) continue;
      fromFile.push(output);
    }
  }
  return fromFile;
}

function isDefinedIn(graph: Graph, value: Value): boolean {
  if (value.producer !== null) return value.producer.graph === graph;
  return value.tensor === undefined || graph.initializers.has(value);
}

export interface OutputDescription {
  readonly type: TypeProto | undefined;
  readonly docString: string;
  readonly metadataProps: ReadonlyMap<string, string>;
}

export function describeValue(value: Value): OutputDescription {
  const { info, metadataProps } = value;
  return { type: typeMessageOf(value), docString: info?.docString ?? '', metadataProps };
}

/** A graph may describe what it returns a second time, or otherwise than the graph around it that defines it. */
export function describeOutput(graph: Graph, value: Value): OutputDescription {
  const second = graph.outerOutputInfos.get(value) ?? value.outputInfo;
  if (second === undefined) return describeValue(value);
  const type = second.type ?? typeMessageOf(value);
  return { type, docString: second.docString ?? '', metadataProps: toProperties(second.metadataProps) };
}

export function carriedByNode(node: Node): { docString: string; devices: readonly Message[] } {
  const { docString, deviceConfigurations } = node.message ?? {};
  return { docString: docString ?? '', devices: deviceConfigurations ?? [] };
}

export function carriedByAttribute(attribute: Attribute): { docString: string; message: AttributeProto } {
  const message = attribute.message ?? {};
  return { docString: message.docString ?? '', message };
}

export function carriedByGraph(graph: Graph): Pick<GraphProto, 'docString' | 'quantizationAnnotation'> {
  return graph.message ?? {};
}

export function carriedByModel(model: Model): ModelProto {
  return model.message ?? {};
}

export function carriedByFunction(definition: FunctionDefinition): {
  docString: string;
  attributes: readonly string[];
  metadataProps: ReadonlyMap<string, string>;
} {
  const { docString, attribute, metadataProps } = definition.message;
  return {
    docString: docString ?? '',
    attributes: attribute ?? [],
    metadataProps: toProperties(metadataProps),
  };
}

export function makeFunction(graph: Graph, message: FunctionProto, opsets: ReadonlyMap<string, number>) {
  const { domain, name, overload, attributeProto } = message;
  const definition: FunctionDefinition = {
    domain: domain ?? '',
    name: name ?? '',
    overload: overload ?? '',
    graph,
    opsetImports: opsets,
    attributeDefaults: attributeProto ?? [],
    message,
  };
  return definition;
}
