/**
 * One JSON document. What JSON does not have is written so: numbers that are not finite as text (`"Infinity"`), big integers
 * as text, arrays of numbers as lists, maps as objects, sets as lists.
 *
 * @param indent spaces; 0 for one line
 */
export function printJson(value: unknown, indent = 2): string {
  return `${JSON.stringify(value, replace, indent)}\n`;
}

function replace(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as Uint8Array);
  return value;
}
