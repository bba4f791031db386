import type { DimensionProto, TensorShapeProto, TypeProto } from '../codec/messages.ts';
import { SenteiError } from '../errors.ts';
import { DATA_TYPES, type DataType, dataTypeName } from './data-type.ts';

/** Extent of one axis: a number, a symbol (`'batch'`), or `null` where nothing is known. */
export type Dimension = number | string | null;

/** Extents of all axes, outermost first; empty for a scalar. */
export type Shape = readonly Dimension[];

/** Type of a dense or sparse tensor. */
export interface TensorType {
  readonly kind: 'tensor' | 'sparse-tensor';
  readonly elementType: DataType;
  /** Absent when not even the rank is known. */
  readonly shape?: Shape;
}

/** A list of any length whose elements share a type. */
export interface SequenceType {
  readonly kind: 'sequence';
  readonly element: ValueType;
}

/** An element or nothing. */
export interface OptionalType {
  readonly kind: 'optional';
  readonly element: ValueType;
}

export interface MapType {
  readonly kind: 'map';
  /** An integer type or `'string'`. */
  readonly key: DataType;
  readonly value: ValueType;
}

/** A type that only the operators of `domain` know. */
export interface OpaqueType {
  readonly kind: 'opaque';
  readonly domain: string;
  readonly name: string;
}

/** A type of a later version of ONNX, one that is left out, or one nested too deeply to be of use. */
export interface UnknownType {
  readonly kind: 'unknown';
  /** What the file says. Absent for types made by a pass, which are then not written. */
  readonly message?: TypeProto;
}

/** Type of anything a value can hold. */
export type ValueType = TensorType | SequenceType | OptionalType | MapType | OpaqueType | UnknownType;

/** Containers nest a level or two; below this depth a type is `unknown` and only carried. */
const DEEPEST_TYPE = 32;

/** Type of a dense tensor; without a shape, not even its rank is known. */
export function tensorType(elementType: DataType, shape?: Shape): TensorType {
  return shape === undefined ? { kind: 'tensor', elementType } : { kind: 'tensor', elementType, shape };
}

/** Whether a type is that of a dense or sparse tensor. */
export function isTensorType(type: ValueType | undefined): type is TensorType {
  return type !== undefined && (type.kind === 'tensor' || type.kind === 'sparse-tensor');
}

/** Reads a type message. The message itself stays with the value, so nothing it holds beyond this is lost. */
export function readType(message: TypeProto): ValueType {
  return readNested(message, 0);
}

function readNested(message: TypeProto, depth: number): ValueType {
  if (depth > DEEPEST_TYPE) return { kind: 'unknown', message };
  const dense = message.tensorType ?? undefined;
  const sparse = message.sparseTensorType ?? undefined;
  const tensor = dense ?? sparse;
  if (tensor !== undefined) {
    const elementType = dataTypeName(tensor.elemType ?? 0) ?? 'undefined';
    const kind = dense === undefined ? 'sparse-tensor' : 'tensor';
    const shape = tensor.shape;
    return shape ? { kind, elementType, shape: (shape.dim ?? []).map(readDimension) } : { kind, elementType };
  }
  const { sequenceType, optionalType, mapType, opaqueType } = message;
  if (sequenceType) return { kind: 'sequence', element: readNested(sequenceType.elemType ?? {}, depth + 1) };
  if (optionalType) return { kind: 'optional', element: readNested(optionalType.elemType ?? {}, depth + 1) };
  if (mapType) {
    const key = dataTypeName(mapType.keyType ?? 0) ?? 'undefined';
    return { kind: 'map', key, value: readNested(mapType.valueType ?? {}, depth + 1) };
  }
  if (opaqueType) return { kind: 'opaque', domain: opaqueType.domain ?? '', name: opaqueType.name ?? '' };
  return { kind: 'unknown', message };
}

/**
 * The message of a type; `undefined` for an unknown one that comes from no file.
 *
 * @throws SenteiError `unsupported-model` when containers nest more than 1,000 deep.
 */
export function writeType(type: ValueType): TypeProto | undefined {
  return writeNested(type, 0);
}

function writeNested(type: ValueType, depth: number): TypeProto | undefined {
  if (depth > 1000) throw new SenteiError('unsupported-model', 'a type nests more than 1,000 containers');
  if (isTensorType(type)) {
    const shape: TensorShapeProto | undefined = type.shape && { dim: type.shape.map(writeDimension) };
    const tensor = { elemType: DATA_TYPES[type.elementType], ...(shape && { shape }) };
    return type.kind === 'tensor' ? { tensorType: tensor } : { sparseTensorType: tensor };
  }
  if (type.kind === 'unknown') return type.message;
  if (type.kind === 'opaque') {
    return {
      opaqueType: { ...(type.domain && { domain: type.domain }), ...(type.name && { name: type.name }) },
    };
  }
  const inner = writeNested(type.kind === 'map' ? type.value : type.element, depth + 1);
  if (type.kind === 'map') {
    return { mapType: { keyType: DATA_TYPES[type.key], ...(inner && { valueType: inner }) } };
  }
  const container = inner ? { elemType: inner } : {};
  return type.kind === 'sequence' ? { sequenceType: container } : { optionalType: container };
}

function readDimension(dimension: DimensionProto): Dimension {
  const extent = Object.hasOwn(dimension, 'dimValue') ? Number(dimension.dimValue) : undefined;
  // Some exporters write -1 for an axis whose extent they do not know.
  if (extent !== undefined) return extent < 0 ? null : extent;
  return dimension.dimParam ? dimension.dimParam : null;
}

function writeDimension(dimension: Dimension): DimensionProto {
  if (dimension === null) return {};
  return typeof dimension === 'number' ? { dimValue: dimension } : { dimParam: dimension };
}
