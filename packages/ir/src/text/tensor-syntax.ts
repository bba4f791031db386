import { createHash } from 'node:crypto';
import { sliceOf } from '../codec/cursor.ts';
import type { StringStringEntryProto, TensorProto } from '../codec/messages.ts';
import { readTensorMessage } from '../codec/tensor-message.ts';
import { encodeMessage } from '../codec/wire.ts';
import { SenteiError } from '../errors.ts';
import { DATA_TYPES, dataTypeName } from '../graph/data-type.ts';
import { Tensor } from '../graph/tensor.ts';
import { carriedByTensor, type Elision, markElided, propertiesOf } from './carried.ts';
import { parseElements, printElements } from './elements.ts';
import type { Lexer } from './lexer.ts';
import { type Note, noteProperties, noteText, propertiesIn, textIn } from './note.ts';
import type { ParseOptions, PrintOptions } from './options.ts';
import { bytesOfText, quoteName, quoteString, textOfBytes } from './quote.ts';
import { printDataType } from './type-syntax.ts';

/** What an annotation behind a tensor can say. */
export const TENSOR_NOTES = ['digest', 'raw_data', 'doc_string', 'metadata_props'] as const;

/** `float[2] w = {1, 2}` and what its annotation says. `assigned` puts the equals sign that an initializer has. */
export function printTensor(
  tensor: Tensor,
  options: Required<PrintOptions>,
  { name, assigned }: { readonly name?: string; readonly assigned: boolean },
): { readonly text: string; readonly note: Record<string, string | undefined> } {
  const carried = carriedByTensor(tensor);
  const shape = tensor.dims.length === 0 ? '' : `[${tensor.dims.join(',')}]`;
  const shown = name ?? carried.name;
  const label = shown === '' && name === undefined ? '' : ` ${quoteName(shown)}`;
  const { content, digest, rawData } = printContent(tensor, options, carried);
  return {
    text: `${printDataType(DATA_TYPES[tensor.dataType])}${shape}${label}${assigned ? ' =' : ''} ${content}`,
    note: {
      digest: noteText(digest),
      raw_data: noteText(rawData),
      doc_string: noteText(carried.docString),
      metadata_props: noteProperties(carried.metadataProps),
    },
  };
}

interface Content {
  readonly content: string;
  readonly digest?: string | undefined;
  readonly rawData?: string;
}

function printContent(
  tensor: Tensor,
  options: Required<PrintOptions>,
  { isElided, digest, externalData, strings }: ReturnType<typeof carriedByTensor>,
): Content {
  if (externalData !== undefined) return { content: printPairs(externalData) };
  if (isElided) return { content: '{}', digest };
  if (tensor.size === 0) return { content: '{}' };
  const isSmall = tensor.size <= options.inlineElements;
  if (strings !== undefined) {
    if (!isSmall) return { content: '{}' };
    return { content: `{${strings.map((bytes) => quoteString(textOfBytes(bytes))).join(', ')}}` };
  }
  if (tensor.byteLength === 0 || (!isSmall && tensor.byteLength > options.digestBytes))
    return { content: '{}' };
  const bytes = tensor.bytes();
  if (!isSmall) return { content: '{}', digest: digestOf(bytes) };
  const elements = printElements(tensor.dataType, bytes, tensor.size);
  if (elements !== undefined) return { content: `{${elements.join(', ')}}` };
  return { content: '{}', rawData: Buffer.from(bytes).toString('base64') };
}

/** The first 16 hexadecimal digits of the SHA-256 of the packed bytes. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

export function printPairs(entries: ReadonlyMap<string, string>): string {
  return `[${Array.from(entries, ([key, value]) => `${quoteString(key)}: ${quoteString(value)}`).join(', ')}]`;
}

/** `["key": "value", …]` */
export function readPairs(lexer: Lexer): StringStringEntryProto[] {
  const entries: StringStringEntryProto[] = [];
  lexer.expect('[');
  if (lexer.accept(']')) return entries;
  do {
    const key = lexer.take('string', 'a key in quotes');
    lexer.expect(':');
    entries.push({ key, value: lexer.take('string', 'a value in quotes') });
  } while (lexer.accept(','));
  lexer.expect(']');
  return entries;
}

/** What stands behind the type of a tensor, read but not yet a tensor: its annotation may follow later. */
export interface TensorSyntax {
  readonly code: number;
  readonly dims: readonly number[];
  readonly name: string;
  readonly content: readonly string[] | readonly StringStringEntryProto[] | undefined;
  readonly kind: 'elements' | 'external' | 'elided';
}

/** `{1, 2}`, `["location": …]`, `{}`, or the `...` that the ONNX printer writes for what it cannot print. */
export function readTensorContent(
  lexer: Lexer,
  { code, dims, name }: Pick<TensorSyntax, 'code' | 'dims' | 'name'>,
): TensorSyntax {
  if (lexer.at('[')) return { code, dims, name, content: readPairs(lexer), kind: 'external' };
  if (lexer.at('.')) {
    for (let dot = 0; dot < 3; dot++) lexer.expect('.');
    return { code, dims, name, content: undefined, kind: 'elided' };
  }
  if (!lexer.accept('{')) throw lexer.error("the elements of a tensor, in '{' and '}', are expected");
  const content: string[] = [];
  while (!lexer.accept('}')) {
    content.push(lexer.text);
    if (code === DATA_TYPES.string) lexer.take('string', 'a text in quotes');
    else lexer.take(lexer.kind === 'name' ? 'name' : 'number', 'a number');
    if (!lexer.at('}')) lexer.expect(',');
  }
  const size = dims.reduce((product, dim) => product * dim, 1);
  const isElided = content.length === 0 && size !== 0;
  return { code, dims, name, content, kind: isElided ? 'elided' : 'elements' };
}

/**
 * Makes the tensor of a text.
 *
 * @param key what `options.weights` is asked for
 * @throws SenteiError `text-syntax`, `invalid-data` when the given weights have another type or shape, `external-data`
 */
export function makeTensor(
  syntax: TensorSyntax,
  note: Note,
  key: string,
  options: ParseOptions,
  lexer: Lexer,
): Tensor {
  const dataType = dataTypeName(syntax.code);
  if (dataType === undefined) throw lexer.error('a tensor of a known data type is expected before this');
  const metadataProps = propertiesIn(note, lexer);
  const docString = textIn(note, 'doc_string', lexer) ?? '';
  const message: TensorProto = {
    dims: [...syntax.dims],
    dataType: syntax.code,
    ...(syntax.name === '' ? {} : { name: syntax.name }),
    ...(docString === '' ? {} : { docString }),
    ...(metadataProps.length === 0 ? {} : { metadataProps }),
  };
  const externalData = syntax.kind === 'external' ? (syntax.content as StringStringEntryProto[]) : undefined;
  if (externalData !== undefined && options.folder !== undefined) {
    const located = { ...message, externalData, dataLocation: 1 };
    return tensorOf(located, options.folder);
  }
  const rawData = textIn(note, 'raw_data', lexer);
  if (rawData !== undefined) {
    const bytes = new Uint8Array(Buffer.from(rawData, 'base64'));
    return tensorOf({
      ...message,
      rawData: Tensor.fromBytes(dataType, syntax.dims, bytes).bytes(),
    });
  }
  if (syntax.kind !== 'elements') {
    const given = options.weights?.(key, dataType, syntax.dims);
    if (given !== undefined) {
      const fit = fitting(given, dataType, syntax.dims, key);
      return metadataProps.length === 0 ? fit : fit.withMetadata(propertiesOf(metadataProps));
    }
    const elision = {
      name: syntax.name,
      docString,
      metadataProps: propertiesOf(metadataProps),
      digest: textIn(note, 'digest', lexer),
      externalData: externalData && propertiesOf(externalData),
    };
    return makeElided(dataType, syntax.dims, key, elision);
  }
  const literals = syntax.content as readonly string[];
  const size = syntax.dims.reduce((product, dim) => product * dim, 1);
  if (dataType === 'string') {
    if (literals.length !== size) throw lexer.error(`${size} texts are expected before this`);
    return tensorOf({ ...message, stringData: literals.map(bytesOfText) });
  }
  const bytes = parseElements(dataType, literals, size);
  if (typeof bytes === 'string') throw lexer.error(`a valid tensor is expected before this (${bytes})`);
  return tensorOf({ ...message, rawData: bytes });
}

function tensorOf(message: TensorProto, folder?: string): Tensor {
  return Tensor.fromMessage(readTensorMessage(sliceOf(encodeMessage('TensorProto', message)), folder));
}

function makeElided(
  dataType: Tensor['dataType'],
  dims: readonly number[],
  key: string,
  elision: Elision,
): Tensor {
  const error = () =>
    new SenteiError('weights-elided', `the text of the model does not hold the numbers of ${key}`, {
      subject: key,
      hint: 'hand them to parseModel as `weights`',
    });
  return markElided(Tensor.absent(dataType, dims, error), elision);
}

function fitting(tensor: Tensor, dataType: Tensor['dataType'], dims: readonly number[], key: string): Tensor {
  if (tensor.dataType === dataType && `${tensor.dims}` === `${dims}`) return tensor;
  throw new SenteiError(
    'invalid-data',
    `the weights given for ${key} are ${tensor.dataType} [${tensor.dims}], not ${dataType} [${dims}]`,
    { subject: key },
  );
}
