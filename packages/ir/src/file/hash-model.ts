import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { encodeModelChunks } from '../codec/write-model.ts';
import type { Model } from '../graph/model.ts';
import { externalRanges, sourcePath } from './external-files.ts';

/**
 * SHA-256 (hexadecimal) of a model as it would be written now, and of every external file that it refers to: the same for the
 * same contents, wherever they lie. Reads external files once, piece by piece.
 *
 * @throws SenteiError `external-data` when a file is missing; `unsupported-model` when the model cannot be written
 */
export async function hashModel(model: Model): Promise<string> {
  const hash = createHash('sha256');
  for (const chunk of encodeModelChunks(model)) {
    for (const piece of chunk instanceof Uint8Array ? [chunk] : chunk.read()) hash.update(piece);
  }
  const ranges = new Map(externalRanges(model).map((range) => [range.location, range]));
  for (const [location, range] of [...ranges].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const file = createHash('sha256');
    for await (const piece of createReadStream(await sourcePath(range))) file.update(piece);
    hash.update(`\0${location}\0${file.digest('hex')}`);
  }
  return hash.digest('hex');
}
