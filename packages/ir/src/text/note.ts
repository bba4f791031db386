import type protobuf from 'protobufjs';
import type { Message, StringStringEntryProto } from '../codec/messages.ts';
import { onnxRoot } from '../codec/schema.ts';
import { decodeMessage, encodeMessage, type Messages } from '../codec/wire.ts';
import { SenteiError } from '../errors.ts';
import type { Lexer } from './lexer.ts';

/** What an annotation can say: texts, numbers, lists, and objects for messages that the graph only carries. */
export type NoteValue =
  | string
  | number
  | boolean
  | null
  | NoteValue[]
  | { readonly [key: string]: NoteValue };

/** An annotation: `#@ key: value, …` up to the end of the line. The ONNX parser takes it for a comment. */
export type Note = ReadonlyMap<string, NoteValue>;

/** What `metadata: false` leaves out. */
const METADATA: ReadonlySet<string> = new Set(['doc_string', 'metadata_props', 'attribute_doc_string']);

const EMPTY: Note = new Map();

const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

const DEEPEST = 200;

/** `#@ …` with a space before it, or nothing where no entry says anything. */
export function printNote(entries: Readonly<Record<string, string | undefined>>, metadata = true): string {
  const said = Object.entries(entries).filter(
    ([key, value]) => value !== undefined && (metadata || !METADATA.has(key)),
  );
  return said.length === 0 ? '' : ` #@ ${said.map(([key, value]) => `${key}: ${value}`).join(', ')}`;
}

/** A text as it stands in an annotation, which has to stay on one line; nothing for an empty one. */
export function noteText(text: string | undefined): string | undefined {
  return text ? JSON.stringify(text) : undefined;
}

/** Metadata in the form of the standard's lists of pairs; nothing where there is none. */
export function noteProperties(properties: ReadonlyMap<string, string>): string | undefined {
  if (properties.size === 0) return undefined;
  const pairs = Array.from(properties, ([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  return `[${pairs.join(', ')}]`;
}

/** Messages that the graph only carries, in the JSON form of protobuf. */
export function noteMessages(messages: readonly Message[] | undefined, typeName: string): string | undefined {
  if (messages === undefined || messages.length === 0) return undefined;
  return JSON.stringify(messages.map((message) => messageToJson(message, typeName)));
}

export function messageToJson(message: Message, typeName: string): unknown {
  const type = onnxRoot.lookupType(`onnx.${typeName}`);
  return type.toObject(message as protobuf.Message, { longs: String, bytes: String, json: true });
}

/** @throws SenteiError `text-syntax` where the value is no message of that type */
export function messageFromJson<Name extends keyof Messages>(
  value: NoteValue,
  typeName: Name,
  lexer: Lexer,
): Messages[Name] {
  try {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('no object');
    const message = onnxRoot.lookupType(`onnx.${typeName}`).fromObject(value) as unknown as Messages[Name];
    // Encoding checks the types of the fields, which the conversion from JSON takes as they come.
    return decodeMessage(typeName, encodeMessage(typeName, message));
  } catch (cause) {
    throw wrong(lexer, `a message ${typeName} in the JSON form of protobuf`, cause);
  }
}

/**
 * Reads an annotation if one stands here.
 *
 * @param keys what this place can be annotated with
 * @throws SenteiError `text-syntax`
 */
export function readNote(lexer: Lexer, keys: readonly string[]): Note {
  if (lexer.kind !== 'note') return EMPTY;
  const note = new Map<string, NoteValue>();
  while (lexer.kind === 'note') {
    do {
      lexer.advance();
      if (!keys.includes(lexer.text)) throw lexer.error(`one of ${keys.join(', ')} is expected`);
      const key = lexer.take('name', 'a key');
      lexer.expect(':');
      note.set(key, readValue(lexer, 0));
    } while (lexer.at(','));
    lexer.take('end-of-note', 'the end of the line');
  }
  return note;
}

export function textIn(note: Note, key: string, lexer: Lexer): string | undefined {
  const value = note.get(key);
  if (value === undefined || typeof value === 'string') return value;
  throw wrong(lexer, `a text for ${key}`);
}

export function propertiesIn(note: Note, lexer: Lexer): StringStringEntryProto[] {
  const value = note.get('metadata_props') ?? [];
  if (!Array.isArray(value)) throw wrong(lexer, 'a list of pairs for metadata_props');
  return value.map((entry) => {
    if (typeof entry === 'object' && entry !== null && !Array.isArray(entry)) {
      const { key, value: text } = entry;
      if (typeof key === 'string' && typeof text === 'string') return { key, value: text };
    }
    throw wrong(lexer, 'a list of pairs for metadata_props');
  });
}

export function messagesIn<Name extends keyof Messages>(
  note: Note,
  key: string,
  typeName: Name,
  lexer: Lexer,
): Messages[Name][] | undefined {
  const value = note.get(key);
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw wrong(lexer, `a list for ${key}`);
  return value.map((entry) => messageFromJson(entry, typeName, lexer));
}

/** A value in the syntax of JSON, or a pair `"key": "value"` as a member of a list. */
export function readValue(lexer: Lexer, depth: number): NoteValue {
  if (depth > DEEPEST) throw lexer.error(`at most ${DEEPEST} levels of nesting are expected`);
  if (lexer.accept('[')) {
    const items: NoteValue[] = [];
    while (!lexer.accept(']')) {
      const key = lexer.kind === 'string' ? lexer.text : '';
      const item = readValue(lexer, depth + 1);
      items.push(lexer.accept(':') ? { key, value: readValue(lexer, depth + 1) } : item);
      if (!lexer.at(']')) lexer.expect(',');
    }
    return items;
  }
  if (lexer.accept('{')) {
    const entries: [string, NoteValue][] = [];
    while (!lexer.accept('}')) {
      const key = lexer.take('string', 'a key in quotes');
      lexer.expect(':');
      entries.push([key, readValue(lexer, depth + 1)]);
      if (!lexer.at('}')) lexer.expect(',');
    }
    return Object.fromEntries(entries);
  }
  if (lexer.kind === 'string') return lexer.take('string', 'a text');
  if (lexer.kind === 'number') return Number(lexer.take('number', 'a number'));
  const word = WORDS.get(lexer.text);
  if (lexer.kind !== 'name' || word === undefined) throw lexer.error('a value is expected');
  lexer.advance();
  return word;
}

function wrong(lexer: Lexer, what: string, cause?: unknown): SenteiError {
  const { code, message, subject, hint } = lexer.error(`${what} is expected before this`);
  return new SenteiError(code, message, { subject: subject ?? '', hint: hint ?? '', cause });
}
