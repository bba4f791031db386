import { viewOf } from '../codec/cursor.ts';
import { ATTRIBUTE_TYPES } from '../codec/fields.ts';
import type { AttributeProto, SparseTensorProto, TypeProto } from '../codec/messages.ts';
import { decodeMessage, ownField } from '../codec/wire.ts';
import type { Attribute } from '../graph/attribute.ts';
import type { Tensor } from '../graph/tensor.ts';
import { documented } from './carried.ts';
import { parseFloatLiteral, parseIntLiteral } from './elements.ts';
import type { Lexer } from './lexer.ts';
import { messageFromJson, type Note, readValue, textIn } from './note.ts';
import { bytesOfText } from './quote.ts';
import { type AttributeSyntax, type GraphSyntax, type ParseContext, readItems } from './syntax.ts';
import { makeTensor, readTensorContent, TENSOR_NOTES } from './tensor-syntax.ts';
import { atType, readExtent, readType } from './type-syntax.ts';

const ATTRIBUTE_NOTES = [...TENSOR_NOTES, 'attribute_doc_string'];

/** One value of an attribute or of its list. A tensor is made once its annotation is read. */
type Single =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly make: (note: Note) => Tensor }
  | { readonly kind: 'graph'; readonly graph: GraphSyntax }
  | { readonly kind: 'type_proto'; readonly type: TypeProto }
  | { readonly kind: 'sparse_tensor'; readonly sparse: SparseTensorProto };

/** `name: type = value, … >`, the opening bracket already read. @throws SenteiError `text-syntax` */
export function readAttributes(context: ParseContext): AttributeSyntax[] {
  const { lexer } = context;
  return readItems(lexer, '>', ATTRIBUTE_NOTES, () =>
    readAttribute(lexer.name('the name of an attribute'), context),
  );
}

/** The rest of an attribute whose name is read; the annotation behind it completes it. */
export function readAttribute(name: string, context: ParseContext): (note: Note) => AttributeSyntax {
  const { lexer } = context;
  const declared = lexer.accept(':') ? readAttributeType(lexer) : '';
  lexer.expect('=');
  if (lexer.accept('@')) {
    const message = { name, type: typeNumber(declared), refAttrName: lexer.name('the name of a parameter') };
    return (note) => other(message, note, lexer);
  }
  if (declared === 'undefined') {
    const rest = messageFromJson(readValue(lexer, 0), 'AttributeProto', lexer);
    return (note) => other({ ...rest, name }, note, lexer);
  }
  if (lexer.accept('[')) {
    const items = readItems(lexer, ']', TENSOR_NOTES, () => {
      const single = readSingle(name, context, declared.startsWith('float'));
      // An annotation in a list is that of a tensor of the list.
      return (note) => ({ single, note });
    });
    return (note) => finishList({ name, declared, items }, note, lexer);
  }
  const single = readSingle(name, context, declared === 'float');
  if (declared !== '' && declared !== single.kind) throw lexer.error(`a ${declared} is expected before this`);
  return (note) => finishSingle(name, single, note, lexer);
}

function readAttributeType(lexer: Lexer): string {
  const word = lexer.text;
  if (lexer.kind !== 'name' || !ATTRIBUTE_TYPES.some((type) => type === word)) {
    throw lexer.error('the type of an attribute is expected');
  }
  lexer.advance();
  return word;
}

function typeNumber(word: string): number {
  const names: readonly string[] = ATTRIBUTE_TYPES;
  return Math.max(0, names.indexOf(word));
}

function readSingle(attribute: string, context: ParseContext, asFloat: boolean): Single {
  const { lexer } = context;
  if (lexer.kind === 'number') return readNumber(lexer, asFloat);
  if (lexer.kind === 'string') {
    const text = lexer.take('string', 'a text');
    return lexer.at('(')
      ? { kind: 'graph', graph: context.readGraph(context, text) }
      : { kind: 'string', value: text };
  }
  if (atType(lexer)) return readTyped(attribute, context);
  const word = lexer.take('name', 'the value of an attribute');
  const value = parseFloatLiteral(word);
  if (value !== undefined && !lexer.at('(')) return { kind: 'float', value };
  if (word === 'sparse' && lexer.at('[')) return { kind: 'sparse_tensor', sparse: readSparse(context) };
  return { kind: 'graph', graph: context.readGraph(context, word) };
}

function readNumber(lexer: Lexer, asFloat: boolean): Single {
  const integer = asFloat ? undefined : parseIntLiteral(lexer.text);
  const value = parseFloatLiteral(lexer.text);
  if (value === undefined || (integer !== undefined && BigInt.asIntN(64, integer) !== integer)) {
    throw lexer.error('a number is expected, a whole one within 64 bits');
  }
  lexer.advance();
  return integer === undefined
    ? { kind: 'float', value: Math.fround(value) }
    : { kind: 'int', value: integer };
}

/** A type is a value by itself or begins a tensor. */
function readTyped(attribute: string, context: ParseContext): Single {
  const { lexer, owner } = context;
  const type = readType(lexer);
  const begins = lexer.isName || ['=', '{', '[', '.'].some((mark) => lexer.at(mark));
  if (!begins) return { kind: 'type_proto', type };
  const name = lexer.isName ? lexer.name() : '';
  lexer.accept('=');
  const syntax = readTensorContent(lexer, { ...tensorType(type, lexer), name });
  return {
    kind: 'tensor',
    make: (note) => makeTensor(syntax, note, `${owner}.${attribute}`, context.options, lexer),
  };
}

/** Data type and extents of a tensor constant. @throws SenteiError `text-syntax` when an extent is no number */
export function tensorType(type: TypeProto, lexer: Lexer): { code: number; dims: number[] } {
  const { elemType = 0, shape } = type.tensorType ?? {};
  if (!type.tensorType || !shape)
    throw lexer.error('the type of a tensor with its shape is expected before this');
  const dims = (shape.dim ?? []).map((dim) => {
    const extent = ownField(dim, 'dimValue');
    if (extent === undefined || extent === null)
      throw lexer.error('extents in numbers are expected before this');
    return Number(extent);
  });
  return { code: elemType, dims };
}

/** `[4] (float[1] {3}, int64[1] {2})`, the word `sparse` already read. */
export function readSparse(context: ParseContext): SparseTensorProto {
  const { lexer } = context;
  lexer.expect('[');
  const dims = readItems(lexer, ']', [], () => {
    const extent = readExtent(lexer);
    return () => extent;
  });
  lexer.expect('(');
  const parts = readItems(lexer, ')', TENSOR_NOTES, () => {
    if (lexer.accept('?')) return () => undefined;
    if (!atType(lexer)) throw lexer.error('a tensor or ? is expected');
    const part = readTyped('sparse', context);
    if (part.kind !== 'tensor') throw lexer.error('a tensor is expected before this');
    return (note) => {
      const { message } = part.make(note);
      if (message === undefined)
        throw lexer.error('the elements of a sparse tensor are expected before this');
      return decodeMessage('TensorProto', viewOf(message.slice));
    };
  });
  if (parts.length !== 2) throw lexer.error('values and indices are expected before this');
  const [values, indices] = parts;
  return { dims, ...(values && { values }), ...(indices && { indices }) };
}

function finishSingle(name: string, single: Single, note: Note, lexer: Lexer): AttributeSyntax {
  const docString = textIn(note, 'attribute_doc_string', lexer) ?? '';
  const message = (type: Attribute['kind'] | 'type_proto') => documented(name, typeNumber(type), docString);
  switch (single.kind) {
    case 'float':
      return { name, attribute: { ...single, ...message('float') } };
    case 'int':
      return { name, attribute: { ...single, ...message('int') } };
    case 'string':
      return { name, attribute: { kind: 'string', value: bytesOfText(single.value), ...message('string') } };
    case 'tensor':
      return { name, attribute: { kind: 'tensor', value: single.make(note), ...message('tensor') } };
    case 'graph':
      return { name, kind: 'graph', graphs: [single.graph], docString };
    case 'type_proto':
      return other({ name, type: typeNumber('type_proto'), tp: single.type }, note, lexer);
    case 'sparse_tensor':
      return other({ name, type: typeNumber('sparse_tensor'), sparseTensor: single.sparse }, note, lexer);
  }
}

interface List {
  readonly name: string;
  readonly declared: string;
  readonly items: readonly { readonly single: Single; readonly note: Note }[];
}

function finishList({ name, declared, items }: List, note: Note, lexer: Lexer): AttributeSyntax {
  const docString = textIn(note, 'attribute_doc_string', lexer) ?? '';
  const message = (type: Attribute['kind']) => documented(name, typeNumber(type), docString);
  const kinds = new Set(items.map(({ single }) => single.kind));
  const isMixed = kinds.size === 2 && kinds.has('int') && kinds.has('float');
  const [first] = kinds;
  const type = declared !== '' ? declared : isMixed ? 'floats' : first === undefined ? '' : `${first}s`;
  if (type === '') throw lexer.error('an empty list needs the type of its attribute before this');
  const fits = isMixed ? type === 'floats' : kinds.size === 0 || (kinds.size === 1 && type === `${first}s`);
  if (!fits || !type.endsWith('s')) throw lexer.error(`a list of ${type} is expected before this`);
  const all = <T>(pick: (single: Single, note: Note) => T | undefined): T[] =>
    items.flatMap((item) => pick(item.single, item.note) ?? []);
  switch (type) {
    case 'floats': {
      const value = all((s) => (s.kind === 'float' || s.kind === 'int' ? Number(s.value) : undefined));
      return { name, attribute: { kind: 'floats', value, ...message('floats') } };
    }
    case 'ints': {
      const value = all((s) => (s.kind === 'int' ? s.value : undefined));
      return { name, attribute: { kind: 'ints', value, ...message('ints') } };
    }
    case 'strings': {
      const value = items.map(({ single }) => bytesOfText(single.kind === 'string' ? single.value : ''));
      return { name, attribute: { kind: 'strings', value, ...message('strings') } };
    }
    case 'tensors': {
      const value = all((s, own) => (s.kind === 'tensor' ? s.make(own) : undefined));
      return { name, attribute: { kind: 'tensors', value, ...message('tensors') } };
    }
    case 'graphs': {
      const graphs = all((s) => (s.kind === 'graph' ? s.graph : undefined));
      return { name, kind: 'graphs', graphs, docString };
    }
    case 'type_protos': {
      const typeProtos = all((s) => (s.kind === 'type_proto' ? s.type : undefined));
      return other({ name, type: typeNumber(type), typeProtos }, note, lexer);
    }
    default: {
      const sparseTensors = all((s) => (s.kind === 'sparse_tensor' ? s.sparse : undefined));
      return other({ name, type: typeNumber(type), sparseTensors }, note, lexer);
    }
  }
}

function other(message: AttributeProto, note: Note, lexer: Lexer): AttributeSyntax {
  const docString = textIn(note, 'attribute_doc_string', lexer);
  const { name = '' } = message;
  return { name, attribute: { kind: 'other', message: docString ? { ...message, docString } : message } };
}
