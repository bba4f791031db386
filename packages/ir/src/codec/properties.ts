import type { ChunkWriter } from './chunk-writer.ts';
import { Cursor, type RawField, type Slice, sliceOf, WIRE } from './cursor.ts';

/** Reads `metadata_props` and `external_data`: entries with a key and a value, of which the last with a key counts. */
export function readProperties(fields: readonly RawField[]): Map<string, string> {
  return new Map(fields.map(readEntry));
}

/**
 * Writes properties. Entries of the file are written as they stand there as long as all say the same, and one by one
 * where only some do; fields they hold beside key and value survive.
 */
export function writeProperties(
  writer: ChunkWriter,
  number: number,
  properties: ReadonlyMap<string, string>,
  source: readonly RawField[],
): void {
  const before = readProperties(source);
  if (before.size === properties.size && [...before].every(([key, value]) => properties.get(key) === value)) {
    for (const { bytes } of source) writer.append(bytes);
    return;
  }
  const entries = new Map(source.map((field) => [readEntry(field)[0], field]));
  for (const [key, value] of properties) {
    const entry = entries.get(key);
    if (entry !== undefined && before.get(key) === value) {
      writer.append(entry.bytes);
      continue;
    }
    const mark = writer.begin(number);
    writer.text(1, key);
    writer.text(2, value);
    for (const { bytes } of entry === undefined ? [] : otherFields(entry)) writer.append(bytes);
    writer.end(mark);
  }
}

/**
 * Checks that an entry is complete, without reading it: entries are read when somebody asks for them.
 *
 * @throws SenteiError `not-onnx`
 */
export function checkProperty(entry: Slice): void {
  for (const cursor = new Cursor(entry); cursor.next(); ) cursor.skip();
}

/** The same for an entry with its tag. @throws SenteiError `not-onnx` */
export function checkPropertyField(field: RawField): void {
  for (const cursor = entryCursor(field); cursor?.next(); ) cursor.skip();
}

function entryCursor({ bytes }: RawField): Cursor | undefined {
  const field = new Cursor(sliceOf(bytes));
  return field.next() && field.wireType === WIRE.bytes ? new Cursor(field.slice()) : undefined;
}

function readEntry(field: RawField): [string, string] {
  const cursor = entryCursor(field);
  let key = '';
  let value = '';
  while (cursor?.next()) {
    if (cursor.field === 1 && cursor.wireType === WIRE.bytes) key = cursor.text();
    else if (cursor.field === 2 && cursor.wireType === WIRE.bytes) value = cursor.text();
    else cursor.skip();
  }
  return [key, value];
}

function otherFields(field: RawField): RawField[] {
  const cursor = entryCursor(field);
  const others: RawField[] = [];
  while (cursor?.next()) {
    if (cursor.field === 1 || cursor.field === 2) cursor.skip();
    else others.push(cursor.raw());
  }
  return others;
}
