import { ChunkWriter } from '../codec/chunk-writer.ts';
import { Cursor, type RawField, sliceOf, viewOf, WIRE } from '../codec/cursor.ts';
import { ATTRIBUTE, FUNCTION, GRAPH, MODEL, NODE, TENSOR } from '../codec/fields.ts';
import type { Message, StringStringEntryProto, TypeProto, ValueInfoProto } from '../codec/messages.ts';
import { readProperties } from '../codec/properties.ts';
import { type Remainder, rawFields, remainingText, withText } from '../codec/remainder.ts';
import { decodeTypedFields, tensorFields } from '../codec/tensor-message.ts';
import { ValueInfo } from '../codec/value-info.ts';
import { decodeMessage, encodeMessage, type Messages } from '../codec/wire.ts';
import type { Attribute, AttributeSource } from '../graph/attribute.ts';
import type { Graph } from '../graph/graph.ts';
import type { FunctionDefinition, Model } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import type { Tensor } from '../graph/tensor.ts';
import { writeType } from '../graph/type.ts';
import type { Value } from '../graph/value.ts';

/*
 * What the graph classes carry for the file without modelling it: doc strings, devices, quantisation. The printer reads it
 * here, and the parser makes it here.
 */

/** A tensor of a text that names its bytes without holding them. */
export interface Elision {
  readonly name: string;
  readonly docString: string;
  readonly metadataProps: ReadonlyMap<string, string>;
  readonly digest: string | undefined;
  /** Where the text says that the bytes lie. */
  readonly externalData: ReadonlyMap<string, string> | undefined;
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
  const { message, metadataProps, isAbsent } = tensor;
  const common = { isElided: isAbsent, metadataProps, digest: undefined };
  if (message === undefined) {
    return { ...common, name: '', docString: '', externalData: undefined, strings: undefined };
  }
  const isExternal = message.external !== undefined;
  return {
    ...common,
    name: message.name,
    docString: remainingText(tensorFields(message, TENSOR.docString), TENSOR.docString) ?? '',
    externalData: isExternal ? readProperties(tensorFields(message, TENSOR.externalData)) : undefined,
    strings: tensor.dataType === 'string' ? (decodeTypedFields(message).stringData ?? []) : undefined,
  };
}

export interface Description {
  readonly type: TypeProto | undefined;
  readonly docString: string;
  readonly metadataProps: ReadonlyMap<string, string>;
}

/** How a value is described, denotations of its type included. */
export function describeValue(value: Value): Description {
  return description(value, value.info, value.touchedMetadata);
}

/** A graph may describe what it returns a second time, or otherwise than the graph around it that defines it. */
export function describeOutput(graph: Graph, value: Value): Description {
  const second = graph.outerOutputInfos.get(value) ?? value.outputInfo;
  return second === undefined ? describeValue(value) : description(value, second, undefined);
}

function description(
  value: Value,
  info: ValueInfo | undefined,
  metadata: ReadonlyMap<string, string> | undefined,
): Description {
  const message = info === undefined ? {} : decodeMessage('ValueInfoProto', info.encoded());
  const fileType = info?.hasType && !info.isRetyped ? message.type : undefined;
  return {
    type: fileType ?? (value.type && writeType(value.type)),
    docString: message.docString ?? '',
    metadataProps: metadata ?? propertiesOf(message.metadataProps),
  };
}

/** The description that the parser gives a value. */
export function infoOf(message: ValueInfoProto): ValueInfo {
  return ValueInfo.read(sliceOf(encodeMessage('ValueInfoProto', message)));
}

export function propertiesOf(entries: readonly StringStringEntryProto[] | undefined): Map<string, string> {
  return new Map((entries ?? []).map(({ key, value }) => [key ?? '', value ?? '']));
}

export function propertiesOfNode(node: Node): ReadonlyMap<string, string> {
  return node.touchedMetadata ?? readProperties(rawFields(node.remainder, NODE.metadataProps));
}

export function devicesOf(node: Node): Message[] {
  return messagesOf(node.remainder, NODE.deviceConfigurations, 'NodeDeviceConfigurationProto');
}

export function annotationsOf(graph: Graph): Message[] {
  return messagesOf(graph.remainder, GRAPH.quantizationAnnotation, 'TensorAnnotation');
}

export function trainingOf(model: Model): Message[] {
  return messagesOf(model.remainder, MODEL.trainingInfo, 'TrainingInfoProto');
}

export function configurationOf(model: Model): Message[] {
  return messagesOf(model.remainder, MODEL.configuration, 'DeviceConfigurationProto');
}

/** `model_version`, which is 0 where the file has none. */
export function modelVersionOf(model: Model): bigint {
  let version = 0n;
  for (const { bytes } of rawFields(model.remainder, MODEL.modelVersion)) {
    const cursor = new Cursor(sliceOf(bytes));
    if (cursor.next() && cursor.wireType === WIRE.varint) version = cursor.bigint();
  }
  return version;
}

export function docStringOfFunction({ remainder }: FunctionDefinition): string {
  return remainingText(remainder, FUNCTION.docString) ?? '';
}

export function docStringOfAttribute(attribute: Attribute): string {
  if (attribute.kind === 'other') return attribute.message.docString ?? '';
  return remainingText(attribute.source?.rest, ATTRIBUTE.docString) ?? '';
}

/** What an attribute with a doc string carries; its value is written from the attribute itself. */
export function documented(name: string, type: number, docString: string): { source?: AttributeSource } {
  if (docString === '') return {};
  const rest = [
    ...(withText(undefined, ATTRIBUTE.docString, docString) ?? []),
    field(ATTRIBUTE.type, (writer) => writer.integer(ATTRIBUTE.type, type)),
  ];
  // No value is this one, so the codec writes the attribute's own.
  return { source: { name, value: Symbol('made from text'), encoded: new Uint8Array(), rest } };
}

/** Fields of a remainder that hold messages. */
export function messageFields<Name extends keyof Messages>(
  number: number,
  name: Name,
  messages: readonly Messages[Name][] | undefined,
): RawField[] {
  return (messages ?? []).map((message) => {
    const encoded = encodeMessage(name, message);
    return field(number, (writer) => writer.bytes(number, encoded));
  });
}

export function integerField(number: number, value: bigint): RawField {
  return field(number, (writer) => writer.integer(number, value));
}

/** A remainder of these fields; none where there are none. */
export function remainderOf(fields: readonly RawField[]): Remainder {
  return fields.length === 0 ? undefined : fields;
}

function field(number: number, write: (writer: ChunkWriter) => void): RawField {
  const writer = new ChunkWriter();
  write(writer);
  const chunks = writer.finish().filter((chunk) => chunk instanceof Uint8Array);
  return { number, bytes: viewOf(sliceOf(Buffer.concat(chunks))) };
}

function messagesOf<Name extends keyof Messages>(
  remainder: Remainder,
  number: number,
  name: Name,
): Messages[Name][] {
  return rawFields(remainder, number).flatMap(({ bytes }) => {
    const cursor = new Cursor(sliceOf(bytes));
    if (!cursor.next() || cursor.wireType !== WIRE.bytes) return [];
    return [decodeMessage(name, cursor.view())];
  });
}
