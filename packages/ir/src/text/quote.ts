import { textBytes } from '../codec/chunk-writer.ts';
import { readText, sliceOf } from '../codec/cursor.ts';

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Words that begin a type, a number or a sparse tensor where a name may stand too. */
const RESERVED =
  /^(?:float|double|string|bool|u?int(?:2|4|8|16|32|64)|b?float16|float(?:8|6|4)e\w+|complex(?:64|128)|undefined|unknown|data_type_\d+|seq|map|optional|sparse_tensor|opaque|sparse|inf|infinity|nan)$/i;
/** What a quoted text of the standard syntax cannot carry safely: controls besides tab and line feed, lone surrogates. */
const NEEDS_ESCAPES = /[^\P{Cc}\t\n]|\p{Surrogate}/u;

/** Whether the text can stand as an identifier of the ONNX syntax, which is ASCII only. */
export function isIdentifier(text: string): boolean {
  return IDENTIFIER.test(text);
}

/** A name as it stands in the text: plain where it is an identifier that cannot be taken for a type or a number. */
export function quoteName(name: string): string {
  return IDENTIFIER.test(name) && !RESERVED.test(name) ? name : quoteString(name);
}

/** A quoted text. `\c` means `c` in the standard syntax; what that cannot carry is written `e"…"` with JSON escapes. */
export function quoteString(text: string): string {
  if (NEEDS_ESCAPES.test(text)) return `e${JSON.stringify(text)}`;
  return `"${text.replaceAll(/[\\"]/g, '\\$&')}"`;
}

/** A dotted name (`com.microsoft`), in quotes where a part is no identifier. */
export function quoteDotted(name: string): string {
  return name.split('.').every(isIdentifier) ? name : quoteString(name);
}

/** Bytes as text. Bytes that are not UTF-8 become lone surrogates (PEP 383), as in the names of a model. */
export function textOfBytes(encoded: Uint8Array): string {
  const { bytes, start, end } = sliceOf(encoded);
  return readText(bytes, start, end);
}

/** The bytes that `textOfBytes` made the text of. */
export function bytesOfText(text: string): Uint8Array {
  return textBytes(text);
}
