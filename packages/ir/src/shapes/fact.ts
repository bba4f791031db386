import type { DataType } from '../graph/data-type.ts';
import type { Tensor } from '../graph/tensor.ts';
import { type Dimension, isTensorType, type Shape, tensorType, type ValueType } from '../graph/type.ts';
import { elementCount, joinShapes, mergeDimension } from './dimensions.ts';
import { canonicalDimension } from './symbols.ts';

/** Contents are followed only through tensors as small as shapes, axes and pads are. */
const MOST_INTEGERS = 64;
const INTEGER_TYPES: ReadonlySet<DataType> = new Set(['int64', 'int32', 'bool']);

/** What is known of a value. An element type that is not known is `'undefined'`. */
export interface Fact {
  readonly type: ValueType;
  /** Elements in row-major order, of an integer or bool (0 and 1) tensor. */
  readonly integers?: readonly Dimension[];
}

/** A tensor of which some may be known. Integers are dropped where they do not fit the type. */
export function tensorFact(elementType: DataType, shape?: Shape, integers?: readonly Dimension[]): Fact {
  const type = tensorType(elementType, shape);
  const fits =
    integers !== undefined &&
    INTEGER_TYPES.has(elementType) &&
    integers.length <= MOST_INTEGERS &&
    elementCount(shape) === integers.length &&
    integers.some((integer) => integer !== null);
  return fits ? { type, integers } : { type };
}

/** What the tensor of an initializer or attribute says. Contents that cannot be read are not known. */
export function factOfTensor(tensor: Tensor): Fact {
  const small = INTEGER_TYPES.has(tensor.dataType) && tensor.size <= MOST_INTEGERS;
  return tensorFact(tensor.dataType, tensor.dims, small ? readIntegers(tensor) : undefined);
}

function readIntegers(tensor: Tensor): number[] | undefined {
  try {
    return tensor.bigints().map(Number);
  } catch {
    return undefined;
  }
}

/** A declared type with its dimensions in canonical form. */
export function canonicalType(type: ValueType): ValueType {
  if (!isTensorType(type) || type.shape === undefined) return type;
  return { ...type, shape: type.shape.map(canonicalDimension) };
}

/** Contents with unknown elements spelt out, for integer tensors whose size is known and small. */
export function elementsOf(fact: Fact): readonly Dimension[] | undefined {
  if (fact.integers !== undefined || !isTensorType(fact.type)) return fact.integers;
  const count = elementCount(fact.type.shape);
  const follows = INTEGER_TYPES.has(fact.type.elementType) && count !== undefined && count <= MOST_INTEGERS;
  return follows ? new Array<Dimension>(count).fill(null) : undefined;
}

/** What holds of a value that is one of two, as after a branch. */
export function joinFacts(a: Fact | undefined, b: Fact | undefined): Fact | undefined {
  if (a === undefined || b === undefined || a.type.kind !== b.type.kind) return undefined;
  if (!isTensorType(a.type) || !isTensorType(b.type)) return { type: a.type };
  const elementType = a.type.elementType === b.type.elementType ? a.type.elementType : 'undefined';
  const integers = a.integers?.map((integer, i) => (integer === b.integers?.[i] ? integer : null));
  return tensorFact(elementType, joinShapes(a.type.shape, b.type.shape), integers);
}

/**
 * Unites what the file declares with what was inferred. The declaration wins where the two contradict each other, which
 * `report` hears of.
 *
 * @param prefersInferred whether an inferred symbol replaces the declared one
 */
export function mergeFacts(
  declared: ValueType | undefined,
  inferred: Fact,
  prefersInferred: (declared: Dimension, inferred: Dimension) => boolean,
  report: (reason: string) => void,
): Fact {
  if (declared === undefined) return inferred;
  const { type } = inferred;
  if (!isTensorType(declared) || !isTensorType(type) || declared.kind !== type.kind) {
    if (declared.kind === type.kind) return { type: declared };
    report(`declared as a ${declared.kind}, inferred as a ${type.kind}`);
    return { type: declared };
  }
  const known = (elementType: DataType) => elementType !== 'undefined';
  const elementType = known(declared.elementType) ? declared.elementType : type.elementType;
  if (known(type.elementType) && elementType !== type.elementType) {
    report(`declared with elements ${elementType}, inferred with ${type.elementType}`);
  }
  const { shape: own } = declared;
  const { shape: other } = type;
  if (own === undefined || other === undefined)
    return tensorFact(elementType, own ?? other, inferred.integers);
  const merged = own.map((dimension, axis) => {
    const found = other[axis] ?? null;
    return prefersInferred(dimension, found)
      ? mergeDimension(found, dimension)
      : mergeDimension(dimension, found);
  });
  if (own.length !== other.length || merged.includes(undefined)) {
    report(`declared as [${own.map(String)}], inferred as [${other.map(String)}]`);
    return tensorFact(elementType, own);
  }
  return tensorFact(elementType, merged as Dimension[], inferred.integers);
}
