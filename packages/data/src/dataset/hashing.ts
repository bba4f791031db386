import { createHash } from 'node:crypto';

/**
 * Changes when the examples that the same files and options give change, so that nothing cached is taken for the same.
 */
const VERSION = 'sentei-data-1';

/** SHA-256 (hex) of parts, each with its length before it, so that no two lists of parts give the same bytes. */
export function hashParts(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest('hex');
}

/** The fingerprint of a dataset: of its kind, the contents it reads and its options. */
export function fingerprintOf(kind: string, contents: readonly string[], options: unknown): string {
  return hashParts([VERSION, kind, JSON.stringify(contents), canonicalJson(options)]);
}

/** JSON with sorted keys and without what is undefined: the same text for equal options. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((each) => canonicalJson(each ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, each]) => `${JSON.stringify(key)}:${canonicalJson(each)}`);
  return `{${entries.join(',')}}`;
}
