import { createHash } from 'node:crypto';
import { invalidData } from '../invalid-data.ts';
import { guardFile, readChunks } from './data-file.ts';

/** A text file in pieces that end with a line. */
export interface TextPieces {
  /** SHA-256 (hex) of the file. */
  readonly contents: string;
  /** Pieces from that one on. @throws SenteiError `invalid-data` for what is not UTF-8 */
  read(piece: number, signal?: AbortSignal): AsyncIterable<string>;
}

const SHORTEST = 2 ** 14;
/** A piece ends here even within a line, so that a file without lines is read too. */
const LONGEST = 2 ** 20;
const NEW_LINE = 10;

/** Finds where the pieces of a text file start, in one pass. @throws SenteiError `invalid-data` when it cannot be read */
export async function openTextPieces(path: string, name: string, signal?: AbortSignal): Promise<TextPieces> {
  const refuseChange = await guardFile(path);
  const hash = createHash('sha256');
  const starts: number[] = [];
  for await (const { offset, bytes } of cut(path, 0, signal)) {
    hash.update(bytes);
    starts.push(offset);
  }
  return {
    contents: hash.digest('hex'),
    async *read(piece, abort) {
      const start = starts[piece];
      if (start === undefined) return;
      await refuseChange();
      for await (const { offset, bytes } of cut(path, start, abort)) yield decode(bytes, name, offset);
    },
  };
}

async function* cut(
  path: string,
  start: number,
  signal: AbortSignal | undefined,
): AsyncIterable<{ offset: number; bytes: Buffer }> {
  let held: Buffer = Buffer.alloc(0);
  let offset = start;
  for await (const chunk of readChunks(path, signal, start)) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    for (let end = endOfPiece(held); end > 0; end = endOfPiece(held)) {
      yield { offset, bytes: held.subarray(0, end) };
      held = held.subarray(end);
      offset += end;
    }
  }
  if (held.length > 0) yield { offset, bytes: held };
}

/** Where the first piece ends, or 0 when that cannot be told yet. */
function endOfPiece(bytes: Buffer): number {
  if (bytes.length < SHORTEST) return 0;
  const line = bytes.indexOf(NEW_LINE, SHORTEST - 1);
  if (line >= 0 && line < LONGEST) return line + 1;
  if (bytes.length <= LONGEST) return 0;
  // Not within a character: its later bytes are 10xxxxxx.
  let end = LONGEST;
  while (end > LONGEST - 4 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return end;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Buffer, name: string, offset: number): string {
  try {
    return decoder.decode(
      offset === 0 && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? bytes.subarray(3) : bytes,
    );
  } catch (cause) {
    const line = `${name} bytes ${offset} to ${offset + bytes.length}`;
    throw invalidData(line, 'is not UTF-8', 'save the file as UTF-8', cause);
  }
}

const BYTE_ORDER_MARK = Buffer.of(0xef, 0xbb, 0xbf);
