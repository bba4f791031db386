import type { Attribute } from '../graph/attribute.ts';
import type { Graph } from '../graph/graph.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { ChunkWriter } from './chunk-writer.ts';
import { ATTRIBUTE, ATTRIBUTE_TYPES, KNOWN } from './fields.ts';
import { RemainderWriter } from './remainder.ts';
import { encodeMessage } from './wire.ts';

/** How the parts of an attribute are written that the codec of the model around it knows about. */
export interface AttributePartWriter {
  graph(field: number, graph: Graph): void;
  tensor(field: number, tensor: Tensor): void;
  /** Whether tensors may have to be written differently from how the file has them. */
  readonly movesTensors: boolean;
}

/** Writes an attribute. One of a file is passed on as it stands unless it was renamed or holds a graph. */
export function writeAttribute(
  writer: ChunkWriter,
  field: number,
  name: string,
  attribute: Attribute,
  parts: AttributePartWriter,
): void {
  const { source } = attribute;
  const value = attribute.kind === 'other' ? attribute.message : attribute.value;
  const isSame = source !== undefined && source.name === name && Object.is(source.value, value);
  const hasGraph = attribute.kind === 'graph' || attribute.kind === 'graphs';
  const isMoved = parts.movesTensors && (attribute.kind === 'tensor' || attribute.kind === 'tensors');
  if (isSame && !hasGraph && !isMoved) {
    writer.bytes(field, source.encoded);
    return;
  }
  if (attribute.kind === 'other') {
    const { message } = attribute;
    writer.bytes(
      field,
      encodeMessage('AttributeProto', Object.assign(Object.create(null), ownFields(message), { name })),
    );
    return;
  }
  const mark = writer.begin(field);
  const rest = new RemainderWriter(writer, source?.rest, KNOWN.attribute);
  if (name !== '' || source === undefined) writer.text(ATTRIBUTE.name, name);
  rest.before(ATTRIBUTE.float);
  writeValue(writer, attribute, parts);
  rest.before(ATTRIBUTE.type);
  // A file of IR version 1 or 2 may have left the type out.
  if (source === undefined) writer.integer(ATTRIBUTE.type, ATTRIBUTE_TYPES.indexOf(attribute.kind));
  else rest.own(ATTRIBUTE.type);
  rest.end();
  writer.end(mark);
}

function writeValue(
  writer: ChunkWriter,
  attribute: Exclude<Attribute, { kind: 'other' }>,
  parts: AttributePartWriter,
): void {
  switch (attribute.kind) {
    case 'float':
      writer.float(ATTRIBUTE.float, attribute.value);
      break;
    case 'int':
      writer.integer(ATTRIBUTE.int, attribute.value);
      break;
    case 'string':
      writer.bytes(ATTRIBUTE.string, attribute.value);
      break;
    case 'tensor':
      parts.tensor(ATTRIBUTE.tensor, attribute.value);
      break;
    case 'graph':
      parts.graph(ATTRIBUTE.graph, attribute.value);
      break;
    case 'floats':
      for (const value of attribute.value) writer.float(ATTRIBUTE.floats, value);
      break;
    case 'ints':
      for (const value of attribute.value) writer.integer(ATTRIBUTE.ints, value);
      break;
    case 'strings':
      for (const value of attribute.value) writer.bytes(ATTRIBUTE.strings, value);
      break;
    case 'tensors':
      for (const value of attribute.value) parts.tensor(ATTRIBUTE.tensors, value);
      break;
    case 'graphs':
      for (const value of attribute.value) parts.graph(ATTRIBUTE.graphs, value);
      break;
  }
}

/** The fields a decoded message has itself, unknown ones included. */
function ownFields<T extends object>(message: T): Partial<T> {
  const unknown = Object.getOwnPropertyDescriptor(message, '$unknowns')?.value;
  return { ...message, ...(unknown === undefined ? {} : { $unknowns: unknown }) };
}
