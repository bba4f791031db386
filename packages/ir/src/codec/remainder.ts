import { type ChunkWriter, textBytes } from './chunk-writer.ts';
import { Cursor, type RawField, sliceOf, WIRE } from './cursor.ts';

/**
 * Fields of a message that the graph does not model, as they stand in the file: doc strings, annotations, fields of later
 * versions. Kept so that they come out as they came in.
 */
export type Remainder = readonly RawField[] | undefined;

/** Fields with the given number. */
export function rawFields(remainder: Remainder, number: number): readonly RawField[] {
  return remainder?.filter((field) => field.number === number) ?? [];
}

/** The last text field with the given number, as protobuf reads a field that stands twice. */
export function remainingText(remainder: Remainder, number: number): string | undefined {
  let text: string | undefined;
  for (const { bytes } of rawFields(remainder, number)) {
    const cursor = new Cursor(sliceOf(bytes));
    if (cursor.next() && cursor.wireType === WIRE.bytes) text = cursor.text();
  }
  return text;
}

/** The remainder with one text field replaced, or without it for `undefined`. */
export function withText(remainder: Remainder, number: number, text: string | undefined): Remainder {
  const others = remainder?.filter((field) => field.number !== number) ?? [];
  if (text !== undefined) others.push({ number, bytes: encodeTextField(number, text) });
  return others.length === 0 ? undefined : others;
}

/** Writes the fields of a remainder between those that the graph models, each of them once. */
export class RemainderWriter {
  readonly #writer: ChunkWriter;
  readonly #known: ReadonlySet<number>;
  #pending: readonly RawField[];

  /** @param known field numbers of the schema; others go to the end, as protobuf libraries write unknown fields */
  constructor(writer: ChunkWriter, remainder: Remainder, known: ReadonlySet<number>) {
    this.#writer = writer;
    this.#pending = remainder ?? [];
    this.#known = known;
  }

  /** Writes known fields numbered below `number`. */
  before(number: number): void {
    if (this.#pending.length === 0) return;
    const due = this.#takeIf((field) => field.number < number && this.#known.has(field.number));
    for (const { bytes } of due.sort((a, b) => a.number - b.number)) this.#writer.append(bytes);
  }

  /** Writes the fields with this number, and says whether there were any. */
  own(number: number): boolean {
    const fields = this.take(number);
    for (const { bytes } of fields) this.#writer.append(bytes);
    return fields.length > 0;
  }

  /** Hands over the fields with this number, which the caller writes or replaces. */
  take(number: number): readonly RawField[] {
    return this.#pending.length === 0 ? [] : this.#takeIf((field) => field.number === number);
  }

  end(): void {
    this.before(Number.POSITIVE_INFINITY);
    for (const { bytes } of this.#pending) this.#writer.append(bytes);
    this.#pending = [];
  }

  #takeIf(isDue: (field: RawField) => boolean): RawField[] {
    const due = this.#pending.filter(isDue);
    if (due.length > 0) this.#pending = this.#pending.filter((field) => !isDue(field));
    return due;
  }
}

/** A text field that is there but empty: kept, as protobuf tells it from one that is absent. */
export function emptyText(field: number): RawField {
  return { number: field, bytes: encodeTextField(field, '') };
}

export function isEmptyText(bytes: Uint8Array): boolean {
  const cursor = new Cursor(sliceOf(bytes));
  return cursor.next() && cursor.wireType === WIRE.bytes && cursor.view().length === 0;
}

function encodeTextField(number: number, text: string): Uint8Array {
  const content = textBytes(text);
  const head: number[] = [];
  for (const value of [number * 8 + WIRE.bytes, content.length]) {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) head.push((rest % 128) | 0x80);
    head.push(rest);
  }
  return Buffer.concat([Uint8Array.from(head), content]);
}
