import type { Attribute, AttributeSource } from '../graph/attribute.ts';
import type { Graph } from '../graph/graph.ts';
import type { Tensor } from '../graph/tensor.ts';
import { Cursor, type RawField, type Slice, viewOf, WIRE } from './cursor.ts';
import { ATTRIBUTE, ATTRIBUTE_TYPES } from './fields.ts';
import { decodeMessage } from './wire.ts';

/** What attributes hold besides plain values, made by whoever reads the graph around them. */
export interface AttributeParts {
  graph(slice: Slice): Graph;
  tensor(slice: Slice): Tensor;
}

export interface NamedAttribute {
  readonly name: string;
  readonly attribute: Attribute;
}

/** Kinds of attributes whose value is read, and the field each lies in; the rest are kept as messages. */
const KINDS = ATTRIBUTE_TYPES.slice(1, 11) as readonly Exclude<Attribute['kind'], 'other'>[];
const FIELDS = KINDS.map((kind) => ATTRIBUTE[kind]);

/** Fields of an attribute as they come, before its kind is known. */
class Fields {
  name = '';
  type = 0;
  reference = '';
  float = 0;
  int = 0n;
  bytes: Slice | undefined;
  tensor: Slice | undefined;
  graph: Slice | undefined;
  readonly floats: number[] = [];
  readonly ints: bigint[] = [];
  readonly strings: Slice[] = [];
  readonly tensors: Slice[] = [];
  readonly graphs: Slice[] = [];
  /** Field numbers in the order they first come; a plain attribute has its name, one value field and its type. */
  readonly seen: number[] = [];
  isPlain = true;

  constructor(slice: Slice) {
    for (const cursor = new Cursor(slice); cursor.next(); ) this.#take(cursor);
  }

  has(field: number): boolean {
    return this.seen.includes(field);
  }

  #take(cursor: Cursor): void {
    const { field, wireType } = cursor;
    const last = this.seen[this.seen.length - 1] ?? 0;
    const isRepeated = field >= ATTRIBUTE.floats && field <= ATTRIBUTE.graphs;
    if (field < last || (field === last && !isRepeated)) this.isPlain = false;
    if (field !== last) this.seen.push(field);
    if (field === ATTRIBUTE.name && wireType === WIRE.bytes) this.name = cursor.text();
    else if (field === ATTRIBUTE.type && wireType === WIRE.varint) this.type = cursor.integer();
    else if (field === ATTRIBUTE.int && wireType === WIRE.varint) this.int = cursor.bigint();
    else if (field === ATTRIBUTE.ints && wireType === WIRE.varint) this.ints.push(cursor.bigint());
    else if (field === ATTRIBUTE.float && wireType === WIRE.fixed32) this.float = cursor.float();
    else if (field === ATTRIBUTE.floats && wireType === WIRE.fixed32) this.floats.push(cursor.float());
    else if (field === ATTRIBUTE.string && wireType === WIRE.bytes) this.bytes = cursor.slice();
    else if (field === ATTRIBUTE.strings && wireType === WIRE.bytes) this.strings.push(cursor.slice());
    else if (field === ATTRIBUTE.tensor && wireType === WIRE.bytes) this.tensor = cursor.slice();
    else if (field === ATTRIBUTE.tensors && wireType === WIRE.bytes) this.tensors.push(cursor.slice());
    else if (field === ATTRIBUTE.graph && wireType === WIRE.bytes) this.graph = cursor.slice();
    else if (field === ATTRIBUTE.graphs && wireType === WIRE.bytes) this.graphs.push(cursor.slice());
    else this.#takeOther(cursor);
  }

  #takeOther(cursor: Cursor): void {
    this.isPlain = false;
    if (cursor.wireType !== WIRE.bytes) {
      cursor.skip();
    } else if (cursor.field === ATTRIBUTE.refAttrName) this.reference = cursor.text();
    else if (cursor.field === ATTRIBUTE.floats) {
      const bytes = Buffer.from(cursor.view());
      for (let at = 0; at + 4 <= bytes.length; at += 4) this.floats.push(bytes.readFloatLE(at));
    } else if (cursor.field === ATTRIBUTE.ints) readPackedInts(cursor.slice(), this.ints);
    else cursor.skip();
  }
}

/** @throws SenteiError `not-onnx`, and what `parts` throws */
export function readAttribute(slice: Slice, parts: AttributeParts): NamedAttribute {
  const fields = new Fields(slice);
  const { name } = fields;
  const kind = fields.reference === '' ? KINDS[kindOf(fields) - 1] : undefined;
  if (kind === undefined) {
    const encoded = viewOf(slice);
    const message = decodeMessage('AttributeProto', encoded);
    return {
      name,
      attribute: { kind: 'other', message, source: { name, value: message, encoded, rest: [] } },
    };
  }
  const value = FIELDS[KINDS.indexOf(kind)] as number;
  const isPlain =
    fields.isPlain &&
    fields.type !== 0 &&
    fields.seen.every((field) => field === ATTRIBUTE.name || field === value || field === ATTRIBUTE.type) &&
    (value >= ATTRIBUTE.floats || fields.has(value)) &&
    fields.has(ATTRIBUTE.name);
  const attribute = makeAttribute(kind, fields, parts);
  if (isPlain || attribute.kind === 'other') return { name, attribute };
  const source: AttributeSource = {
    name,
    value: attribute.value,
    encoded: viewOf(slice),
    rest: restOf(slice, value),
  };
  return { name, attribute: { ...attribute, source } as Attribute };
}

function makeAttribute(kind: (typeof KINDS)[number], fields: Fields, parts: AttributeParts): Attribute {
  const view = (slice: Slice | undefined) => (slice === undefined ? new Uint8Array() : viewOf(slice));
  const empty: Slice = { bytes: Buffer.alloc(0), start: 0, end: 0 };
  switch (kind) {
    case 'float':
      return { kind, value: fields.float };
    case 'int':
      return { kind, value: fields.int };
    case 'string':
      return { kind, value: view(fields.bytes) };
    case 'tensor':
      return { kind, value: parts.tensor(fields.tensor ?? empty) };
    case 'graph':
      return { kind, value: parts.graph(fields.graph ?? empty) };
    case 'floats':
      return { kind, value: fields.floats };
    case 'ints':
      return { kind, value: fields.ints };
    case 'strings':
      return { kind, value: fields.strings.map(view) };
    case 'tensors':
      return { kind, value: fields.tensors.map((slice) => parts.tensor(slice)) };
    case 'graphs':
      return { kind, value: fields.graphs.map((slice) => parts.graph(slice)) };
  }
}

/** Files of IR version 1 and 2 may leave the type out: it then follows from the field that is set. */
function kindOf(fields: Fields): number {
  if (fields.type !== 0) return fields.type;
  return FIELDS.findIndex((field) => fields.has(field)) + 1;
}

/** Fields beside name and value. */
function restOf(slice: Slice, value: number): RawField[] {
  const rest: RawField[] = [];
  for (const cursor = new Cursor(slice); cursor.next(); ) {
    if (cursor.field === ATTRIBUTE.name || cursor.field === value) cursor.skip();
    else rest.push(cursor.raw());
  }
  return rest;
}

/** Newer writers pack lists that the specification leaves unpacked. */
function readPackedInts(slice: Slice, ints: bigint[]): void {
  for (let at = slice.start; at < slice.end; ) {
    let exact = 0n;
    for (let shift = 0n; shift < 70n && at < slice.end; shift += 7n) {
      const byte = slice.bytes[at++] as number;
      exact |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    ints.push(BigInt.asIntN(64, exact));
  }
}
