import { canonicalDomain } from '../graph/model.ts';
import { Cursor, type RawField, sliceOf, WIRE } from './cursor.ts';

/** Opset versions by domain, from the `opset_import` fields of a model or function. */
export function readOpsets(fields: readonly RawField[]): Map<string, number> {
  const opsets = new Map<string, number>();
  for (const { bytes } of fields) {
    const field = new Cursor(sliceOf(bytes));
    if (!field.next() || field.wireType !== WIRE.bytes) continue;
    let domain = '';
    let version = 0;
    for (const cursor = new Cursor(field.slice()); cursor.next(); ) {
      if (cursor.field === 1 && cursor.wireType === WIRE.bytes) domain = cursor.text();
      else if (cursor.field === 2 && cursor.wireType === WIRE.varint) version = cursor.integer();
      else cursor.skip();
    }
    opsets.set(canonicalDomain(domain), version);
  }
  return opsets;
}
