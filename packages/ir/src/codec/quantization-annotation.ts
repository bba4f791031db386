import { ChunkWriter } from './chunk-writer.ts';
import { Cursor, type RawField, sliceOf, viewOf, WIRE } from './cursor.ts';
import { GRAPH } from './fields.ts';
import { readProperties, writeProperties } from './properties.ts';

/** What a graph says of the quantization of one value. */
export interface QuantizationAnnotation {
  readonly tensorName: string;
  /** Names of values by what they are for: `SCALE_TENSOR`, `ZERO_POINT_TENSOR`. */
  readonly parameters: ReadonlyMap<string, string>;
}

export function readAnnotations(fields: readonly RawField[]): QuantizationAnnotation[] {
  return fields.map(({ bytes }) => {
    const field = new Cursor(sliceOf(bytes));
    const entries: RawField[] = [];
    let tensorName = '';
    const cursor = field.next() && field.wireType === WIRE.bytes ? new Cursor(field.slice()) : undefined;
    while (cursor?.next()) {
      if (cursor.field === 1 && cursor.wireType === WIRE.bytes) tensorName = cursor.text();
      else if (cursor.field === 2 && cursor.wireType === WIRE.bytes) entries.push(cursor.raw());
      else cursor.skip();
    }
    return { tensorName, parameters: readProperties(entries) };
  });
}

export function encodeAnnotation({ tensorName, parameters }: QuantizationAnnotation): RawField {
  const writer = new ChunkWriter();
  const mark = writer.begin(GRAPH.quantizationAnnotation);
  writer.text(1, tensorName);
  writeProperties(writer, 2, parameters, []);
  writer.end(mark);
  const chunks = writer.finish().filter((chunk) => chunk instanceof Uint8Array);
  return { number: GRAPH.quantizationAnnotation, bytes: viewOf(sliceOf(Buffer.concat(chunks))) };
}
