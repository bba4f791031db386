import type { DimensionProto, TensorShapeProto, TypeProto } from '../codec/messages.ts';
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

/** Sequences, maps, optionals and opaque types: no pass computes with them, so they are only carried. */
export interface OtherType {
  readonly kind: 'sequence' | 'map' | 'optional' | 'opaque' | 'unknown';
  /** What the file says. Absent for types made by a pass, which are then not written. */
  readonly message?: TypeProto;
}

/** Type of anything a value can hold. */
export type ValueType = TensorType | OtherType;

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
  const dense = message.tensorType ?? undefined;
  const sparse = message.sparseTensorType ?? undefined;
  const tensor = dense ?? sparse;
  if (tensor !== undefined) {
    const elementType = dataTypeName(tensor.elemType ?? 0) ?? 'undefined';
    const kind = dense === undefined ? 'sparse-tensor' : 'tensor';
    const shape = tensor.shape;
    return shape ? { kind, elementType, shape: (shape.dim ?? []).map(readDimension) } : { kind, elementType };
  }
  if (message.sequenceType) return { kind: 'sequence', message };
  if (message.mapType) return { kind: 'map', message };
  if (message.optionalType) return { kind: 'optional', message };
  return { kind: message.opaqueType ? 'opaque' : 'unknown', message };
}

/** The message of a type; `undefined` for kinds that are only carried, unless they come from a file. */
export function writeType(type: ValueType): TypeProto | undefined {
  if (!isTensorType(type)) return type.message;
  const shape: TensorShapeProto | undefined = type.shape && { dim: type.shape.map(writeDimension) };
  const tensor = { elemType: DATA_TYPES[type.elementType], ...(shape && { shape }) };
  return type.kind === 'tensor' ? { tensorType: tensor } : { sparseTensorType: tensor };
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
