import Long from 'long';
import type { DimensionProto, Int64, TensorTypeProto, TypeProto } from '../codec/messages.ts';
import { ownField } from '../codec/wire.ts';
import { SenteiError } from '../errors.ts';
import { DATA_TYPES, type DataType, dataTypeName } from '../graph/data-type.ts';
import { parseIntLiteral } from './elements.ts';
import type { Lexer } from './lexer.ts';
import { quoteDotted, quoteName, quoteString } from './quote.ts';

/** The text names two types otherwise than the rest of this package. */
const SPELLINGS: ReadonlyMap<DataType, string> = new Map([
  ['float32', 'float'],
  ['float64', 'double'],
]);

const CODES: ReadonlyMap<string, number> = new Map(
  Object.entries(DATA_TYPES).map(([name, code]) => [SPELLINGS.get(name as DataType) ?? name, code]),
);

const CONSTRUCTORS: ReadonlySet<string> = new Set([
  'seq',
  'map',
  'optional',
  'sparse_tensor',
  'opaque',
  'unknown',
]);

/** How deeply types, subgraphs and messages may nest in a text. */
export const DEEPEST_NESTING = 64;

/** `float`, `int64`, …; `data_type_99` for numbers of later versions. */
export function printDataType(code: number): string {
  const name = dataTypeName(code);
  return name === undefined ? `data_type_${code}` : (SPELLINGS.get(name) ?? name);
}

/** TensorProto.DataType of a name; `undefined` for other words. */
export function dataTypeCode(word: string): number | undefined {
  const code = CODES.get(word);
  if (code !== undefined || !word.startsWith('data_type_')) return code;
  return /^data_type_\d{1,9}$/.test(word) ? Number(word.slice('data_type_'.length)) : undefined;
}

/**
 * A type in the ONNX syntax. `float` is a scalar, `float[]` a tensor of unknown rank. Denotations, which the standard
 * lacks, follow what they denote: `float[N@"DATA_BATCH", 3]@"IMAGE"`.
 *
 * @throws SenteiError `unsupported-model` for types that nest without end
 */
export function printType(type: TypeProto, depth = 0): string {
  if (depth > DEEPEST_NESTING)
    throw new SenteiError('unsupported-model', 'a type nests too deeply to be printed');
  const inner = (element: TypeProto | undefined | null) => printType(element ?? {}, depth + 1);
  const denotation = type.denotation ? `@${quoteString(type.denotation)}` : '';
  if (type.tensorType) return printTensorType(type.tensorType) + denotation;
  if (type.sparseTensorType) return `sparse_tensor(${printTensorType(type.sparseTensorType)})${denotation}`;
  if (type.sequenceType) return `seq(${inner(type.sequenceType.elemType)})${denotation}`;
  if (type.optionalType) return `optional(${inner(type.optionalType.elemType)})${denotation}`;
  if (type.mapType) {
    const { keyType, valueType } = type.mapType;
    return `map(${printDataType(keyType ?? 0)}, ${inner(valueType)})${denotation}`;
  }
  if (type.opaqueType) {
    const { domain, name } = type.opaqueType;
    const parts = [
      ...(domain ? [quoteDotted(domain)] : []),
      ...(name || domain ? [quoteDotted(name ?? '')] : []),
    ];
    return `opaque(${parts.join(', ')})${denotation}`;
  }
  return `unknown${denotation}`;
}

function printTensorType(type: TensorTypeProto): string {
  const name = printDataType(type.elemType ?? 0);
  if (!type.shape) return `${name}[]`;
  const dims = (type.shape.dim ?? []).map(printDimension);
  return dims.length === 0 ? name : `${name}[${dims.join(',')}]`;
}

function printDimension(dimension: DimensionProto): string {
  const denotation = dimension.denotation ? `@${quoteString(dimension.denotation)}` : '';
  const extent = ownField(dimension, 'dimValue');
  if (extent !== undefined && extent !== null) return `${extent}${denotation}`;
  return `${dimension.dimParam ? quoteName(dimension.dimParam) : '?'}${denotation}`;
}

/** Whether a type begins at the current token. */
export function atType(lexer: Lexer): boolean {
  if (lexer.kind !== 'name') return false;
  return CONSTRUCTORS.has(lexer.text) || dataTypeCode(lexer.text) !== undefined;
}

/** @throws SenteiError `text-syntax` */
export function readType(lexer: Lexer, depth = 0): TypeProto {
  if (depth > DEEPEST_NESTING) throw lexer.error(`at most ${DEEPEST_NESTING} nested types are expected`);
  const type = readUndenoted(lexer, depth);
  if (lexer.accept('@')) type.denotation = lexer.take('string', 'a denotation in quotes');
  return type;
}

function readUndenoted(lexer: Lexer, depth: number): TypeProto {
  const elemType = lexer.kind === 'name' ? dataTypeCode(lexer.text) : undefined;
  if (elemType !== undefined) return { tensorType: readTensorType(lexer) };
  if (!atType(lexer)) throw lexer.error('a type is expected');
  const word = lexer.take('name', 'a type');
  if (word === 'unknown') return {};
  lexer.expect('(');
  const type = readArguments(lexer, word, depth);
  lexer.expect(')');
  return type;
}

function readArguments(lexer: Lexer, word: string, depth: number): TypeProto {
  switch (word) {
    case 'seq':
      return { sequenceType: { elemType: readType(lexer, depth + 1) } };
    case 'optional':
      return { optionalType: { elemType: readType(lexer, depth + 1) } };
    case 'sparse_tensor':
      return { sparseTensorType: readTensorType(lexer) };
    case 'map': {
      const keyType = readDataType(lexer);
      lexer.expect(',');
      return { mapType: { keyType, valueType: readType(lexer, depth + 1) } };
    }
    default: {
      if (lexer.at(')')) return { opaqueType: {} };
      const first = readDotted(lexer);
      if (!lexer.accept(',')) return { opaqueType: { name: first } };
      return { opaqueType: { domain: first, name: readDotted(lexer) } };
    }
  }
}

function readDataType(lexer: Lexer): number {
  const code = lexer.kind === 'name' ? dataTypeCode(lexer.text) : undefined;
  if (code === undefined) throw lexer.error('the name of a data type is expected');
  lexer.advance();
  return code;
}

function readTensorType(lexer: Lexer): TensorTypeProto {
  const elemType = readDataType(lexer);
  if (!lexer.accept('[')) return { elemType, shape: { dim: [] } };
  if (lexer.accept(']')) return { elemType };
  const dim: DimensionProto[] = [];
  do dim.push(readDimension(lexer));
  while (lexer.accept(','));
  lexer.expect(']');
  return { elemType, shape: { dim } };
}

function readDimension(lexer: Lexer): DimensionProto {
  const dimension: DimensionProto = {};
  if (lexer.kind === 'number') {
    dimension.dimValue = readExtent(lexer);
  } else if (!lexer.accept('?')) dimension.dimParam = lexer.name('a dimension');
  if (lexer.accept('@')) dimension.denotation = lexer.take('string', 'a denotation in quotes');
  return dimension;
}

/** An extent as a message holds it, which is a number wherever a number says it exactly. */
export function readExtent(lexer: Lexer): Int64 {
  const extent = readInt64(lexer);
  const number = Number(extent);
  return Number.isSafeInteger(number) ? number : Long.fromString(`${extent}`);
}

/** @throws SenteiError `text-syntax` for fractions and numbers beyond 64 bits */
export function readInt64(lexer: Lexer): bigint {
  const value = lexer.kind === 'number' ? parseIntLiteral(lexer.text) : undefined;
  if (value === undefined || BigInt.asIntN(64, value) !== value)
    throw lexer.error('a whole number within 64 bits is expected');
  lexer.advance();
  return value;
}

/** `a.b.c`, or the same in quotes. */
export function readDotted(lexer: Lexer): string {
  let name = lexer.name();
  while (lexer.accept('.')) name += `.${lexer.name()}`;
  return name;
}
