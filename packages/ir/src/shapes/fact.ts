import type { DataType } from '../graph/data-type.ts';
import type { Tensor } from '../graph/tensor.ts';
import { type Dimension, isTensorType, type Shape, type TensorType, type ValueType } from '../graph/type.ts';
import { elementCount, joinShapes, mergeDimension } from './dimensions.ts';
import { canonicalDimension } from './symbols.ts';

/** Contents are followed only through tensors as small as shapes, axes and pads are. */
const MOST_INTEGERS = 64;
/** Tensors of more axes exist in hostile files only; their shapes are not passed on. */
const MOST_AXES = 256;
const MOST_NESTED = 8;
const INTEGER_TYPES: ReadonlySet<DataType> = new Set(['int64', 'int32', 'bool']);

/** What is known of a value. An element type that is not known is `'undefined'`. */
export interface Fact {
  readonly type: ValueType;
  /** Elements in row-major order, of an integer or bool (0 and 1) tensor. */
  readonly integers?: readonly Dimension[];
}

/** A tensor of which some may be known. Integers are dropped where they do not fit the type. */
export function tensorFact(
  elementType: DataType,
  shape?: Shape,
  integers?: readonly Dimension[],
  kind: TensorType['kind'] = 'tensor',
): Fact {
  if (shape === undefined || shape.length > MOST_AXES) return { type: { kind, elementType } };
  // Arithmetic on extents that make no sense, as in branches that never run, can come to negative ones.
  const extents = shape.some(isNegative)
    ? shape.map((extent) => (isNegative(extent) ? null : extent))
    : shape;
  return withIntegers({ kind, elementType, shape: extents }, integers);
}

function isNegative(extent: Dimension): boolean {
  return typeof extent === 'number' && extent < 0;
}

function withIntegers(type: TensorType, integers: readonly Dimension[] | undefined): Fact {
  const fits =
    integers !== undefined &&
    INTEGER_TYPES.has(type.elementType) &&
    integers.length <= MOST_INTEGERS &&
    elementCount(type.shape) === integers.length &&
    integers.some((integer) => integer !== null);
  return fits ? { type, integers } : { type };
}

/** A sequence or optional of what is known of its element; nothing where containers nest too deeply to be of use. */
export function containerFact(
  kind: 'sequence' | 'optional',
  element: ValueType | undefined,
): Fact | undefined {
  let depth = 0;
  for (let type = element; type?.kind === 'sequence' || type?.kind === 'optional'; type = type.element)
    depth++;
  return depth < MOST_NESTED ? { type: { kind, element: element ?? { kind: 'unknown' } } } : undefined;
}

/** Text by which facts are compared. */
export function factKey(fact: Fact | undefined): string {
  return JSON.stringify(fact, (key, value) => (key === 'message' ? undefined : value)) ?? '';
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

/** A declared type with its dimensions in canonical form, inside containers too. */
export function canonicalType(type: ValueType): ValueType {
  switch (type.kind) {
    case 'tensor':
    case 'sparse-tensor':
      return type.shape === undefined ? type : { ...type, shape: type.shape.map(canonicalDimension) };
    case 'sequence':
    case 'optional':
      return { ...type, element: canonicalType(type.element) };
    case 'map':
      return { ...type, value: canonicalType(type.value) };
    default:
      return type;
  }
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
  if (a === undefined || b === undefined) return undefined;
  const type = joinTypes(a.type, b.type);
  if (!isTensorType(type)) return type.kind === 'unknown' ? undefined : { type };
  const integers = a.integers?.map((integer, i) => (integer === b.integers?.[i] ? integer : null));
  return tensorFact(type.elementType, type.shape, integers, type.kind);
}

/** The type of which two are special cases; `unknown` where even their kinds differ. */
export function joinTypes(a: ValueType, b: ValueType): ValueType {
  if (isTensorType(a) && isTensorType(b) && a.kind === b.kind) {
    const elementType = a.elementType === b.elementType ? a.elementType : 'undefined';
    return tensorFact(elementType, joinShapes(a.shape, b.shape), undefined, a.kind).type;
  }
  if (a.kind === 'sequence' && b.kind === 'sequence')
    return { ...a, element: joinTypes(a.element, b.element) };
  if (a.kind === 'optional' && b.kind === 'optional')
    return { ...a, element: joinTypes(a.element, b.element) };
  if (a.kind === 'map' && b.kind === 'map' && a.key === b.key)
    return { ...a, value: joinTypes(a.value, b.value) };
  const same = a.kind === 'opaque' && b.kind === 'opaque' && a.domain === b.domain && a.name === b.name;
  return same ? a : { kind: 'unknown' };
}

/** How declarations and findings are brought together. */
export interface MergePolicy {
  /** Whether an inferred symbol replaces the declared one. */
  prefersInferred(declared: Dimension, inferred: Dimension): boolean;
  /** Hears of contradictions. */
  report(reason: string): void;
}

/** Unites what the file declares with what was inferred. Where the two contradict each other the declaration wins. */
export function mergeFacts(declared: ValueType | undefined, inferred: Fact, policy: MergePolicy): Fact {
  if (declared === undefined) return inferred;
  const type = mergeTypes(declared, inferred.type, policy);
  return isTensorType(type) ? withIntegers(type, inferred.integers) : { type };
}

function mergeTypes(declared: ValueType, inferred: ValueType, policy: MergePolicy): ValueType {
  if (inferred.kind === 'unknown') return declared;
  if (declared.kind === 'unknown') return inferred;
  if (isTensorType(declared) && isTensorType(inferred) && declared.kind === inferred.kind)
    return mergeTensorTypes(declared, inferred, policy);
  if (
    (declared.kind === 'sequence' && inferred.kind === 'sequence') ||
    (declared.kind === 'optional' && inferred.kind === 'optional')
  )
    return { ...declared, element: mergeTypes(declared.element, inferred.element, policy) };
  if (declared.kind === 'map' && inferred.kind === 'map') {
    if (declared.key !== inferred.key)
      policy.report(`declared with keys ${declared.key}, inferred with ${inferred.key}`);
    return { ...declared, value: mergeTypes(declared.value, inferred.value, policy) };
  }
  if (declared.kind !== inferred.kind)
    policy.report(`declared as a ${declared.kind}, inferred as a ${inferred.kind}`);
  else if (joinTypes(declared, inferred).kind === 'unknown')
    policy.report(`declared as another ${declared.kind} type than inferred`);
  return declared;
}

function mergeTensorTypes(declared: TensorType, inferred: TensorType, policy: MergePolicy): ValueType {
  const { kind } = declared;
  const elementType = declared.elementType === 'undefined' ? inferred.elementType : declared.elementType;
  if (inferred.elementType !== 'undefined' && elementType !== inferred.elementType)
    policy.report(`declared with elements ${elementType}, inferred with ${inferred.elementType}`);
  const { shape: own } = declared;
  const { shape: other } = inferred;
  const known = own ?? other;
  if (own === undefined || other === undefined)
    return known === undefined ? { kind, elementType } : { kind, elementType, shape: known };
  const merged = own.map((dimension, axis) => {
    const found = other[axis] ?? null;
    if (dimension === found) return dimension;
    return policy.prefersInferred(dimension, found)
      ? mergeDimension(found, dimension)
      : mergeDimension(dimension, found);
  });
  if (own.length !== other.length || !merged.every((dimension) => dimension !== undefined)) {
    policy.report(`declared as [${own.map(String)}], inferred as [${other.map(String)}]`);
    return { ...declared, elementType };
  }
  return { kind, elementType, shape: merged };
}

/** Whether a fact says anything at all. */
export function tellsSomething({ type }: Fact): boolean {
  if (isTensorType(type)) return type.elementType !== 'undefined' || type.shape !== undefined;
  return type.kind !== 'unknown';
}
