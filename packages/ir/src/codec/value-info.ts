import type { ValueType } from '../graph/type.ts';
import { readType, writeType } from '../graph/type.ts';
import type { ChunkWriter } from './chunk-writer.ts';
import { Cursor, type RawField, type Slice, viewOf, WIRE } from './cursor.ts';
import { KNOWN, VALUE_INFO } from './fields.ts';
import { readProperties, writeProperties } from './properties.ts';
import { RemainderWriter } from './remainder.ts';
import { decodeType, encodeType } from './wire.ts';

/** How a file describes a value. It stays encoded, since most types are never asked for. */
export class ValueInfo {
  readonly name: string;
  /** Whether a pass has given the value another type than the one in here. */
  readonly isRetyped: boolean;
  /** Whether the file gives a type. */
  readonly hasType: boolean;
  readonly #slice: Slice;

  private constructor(slice: Slice, name: string, hasType: boolean, isRetyped: boolean) {
    this.#slice = slice;
    this.name = name;
    this.hasType = hasType;
    this.isRetyped = isRetyped;
  }

  static read(slice: Slice): ValueInfo {
    let name = '';
    let hasType = false;
    for (const cursor = new Cursor(slice); cursor.next(); ) {
      if (cursor.field === VALUE_INFO.type) hasType = true;
      if (cursor.field === VALUE_INFO.name && cursor.wireType === WIRE.bytes) name = cursor.text();
      else cursor.skip();
    }
    return new ValueInfo(slice, name, hasType, false);
  }

  withoutType(): ValueInfo {
    return new ValueInfo(this.#slice, this.name, this.hasType, true);
  }

  type(): ValueType | undefined {
    if (this.isRetyped || !this.hasType) return undefined;
    let type: ValueType | undefined;
    for (const cursor = new Cursor(this.#slice); cursor.next(); ) {
      if (cursor.field === VALUE_INFO.type && cursor.wireType === WIRE.bytes)
        type = readType(decodeType(cursor.view()));
      else cursor.skip();
    }
    return type;
  }

  metadataProps(): Map<string, string> {
    return readProperties(this.#fields().filter(({ number }) => number === VALUE_INFO.metadataProps));
  }

  /** The message as it stands in the file. */
  encoded(): Uint8Array {
    return viewOf(this.#slice);
  }

  /**
   * Writes a description under another name, with other metadata or, where the file has none or a pass another, a type.
   */
  static write(
    writer: ChunkWriter,
    number: number,
    value: {
      readonly name: string;
      readonly type: ValueType | undefined;
      /** `undefined` for what the file says. */
      readonly metadataProps: ReadonlyMap<string, string> | undefined;
    },
    source: ValueInfo | undefined,
  ): void {
    const fields = source === undefined ? [] : source.#fields();
    const mark = writer.begin(number);
    const rest = new RemainderWriter(writer, fields, KNOWN.valueInfo);
    rest.before(VALUE_INFO.name);
    const hasName = rest.take(VALUE_INFO.name).length > 0;
    if (value.name !== '' || hasName) writer.text(VALUE_INFO.name, value.name);
    rest.before(VALUE_INFO.type);
    const fileType = rest.take(VALUE_INFO.type);
    const isKept = source !== undefined && !source.isRetyped && fileType.length > 0;
    for (const { bytes } of isKept ? fileType : []) writer.append(bytes);
    const type = isKept ? undefined : value.type && writeType(value.type);
    if (type !== undefined) writer.bytes(VALUE_INFO.type, encodeType(type));
    rest.before(VALUE_INFO.metadataProps);
    const props = rest.take(VALUE_INFO.metadataProps);
    if (value.metadataProps === undefined) for (const { bytes } of props) writer.append(bytes);
    else writeProperties(writer, VALUE_INFO.metadataProps, value.metadataProps, props);
    rest.end();
    writer.end(mark);
  }

  #fields(): RawField[] {
    const fields: RawField[] = [];
    for (const cursor = new Cursor(this.#slice); cursor.next(); ) fields.push(cursor.raw());
    return fields;
  }
}
