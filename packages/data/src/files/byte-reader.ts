import { invalidData } from '../invalid-data.ts';
import { fileSize, openFile, readAt } from './data-file.ts';

/** Bytes that are read by range, without holding all of them. */
export interface ByteReader {
  /** For messages. */
  readonly name: string;
  readonly size: number;
  /** Whether reading backwards starts from the beginning again. */
  readonly isSequential: boolean;
  /** @throws SenteiError `invalid-data` when there are fewer bytes */
  read(position: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** A reader of a file, or of a part of it. @throws SenteiError `invalid-data` */
export async function openFileReader(
  path: string,
  name: string,
  from = 0,
  size?: number,
): Promise<ByteReader> {
  const total = size ?? (await fileSize(path)) - from;
  const file = await openFile(path);
  return {
    name,
    size: total,
    isSequential: false,
    async read(position, length) {
      if (position + length > total) throw truncated(name, total, position + length);
      return readAt(file, path, from + position, length);
    },
    close: () => file.close(),
  };
}

/**
 * A reader of what can only be read from its start on.
 *
 * @param open the bytes, from the first one on; ended early by `return`
 */
export function sequentialReader(
  name: string,
  size: number,
  open: () => AsyncIterable<Uint8Array>,
): ByteReader {
  let chunks: AsyncIterator<Uint8Array> | undefined;
  let held: Uint8Array = new Uint8Array(0);
  /** Of the first byte held. */
  let at = 0;
  const close = async (): Promise<void> => {
    await chunks?.return?.();
    chunks = undefined;
  };
  return {
    name,
    size,
    isSequential: true,
    close,
    async read(position, length) {
      if (position + length > size) throw truncated(name, size, position + length);
      if (!chunks || position < at) {
        await close();
        chunks = open()[Symbol.asyncIterator]();
        held = new Uint8Array(0);
        at = 0;
      }
      const bytes = Buffer.allocUnsafe(length);
      let filled = 0;
      while (filled < length) {
        const skip = Math.min(held.length, position + filled - at);
        const piece = held.subarray(skip, skip + length - filled);
        bytes.set(piece, filled);
        filled += piece.length;
        at += skip + piece.length;
        held = held.subarray(skip + piece.length);
        if (filled === length) break;
        const next = await chunks.next();
        if (next.done) throw truncated(name, at, position + length);
        held = next.value;
      }
      return bytes;
    },
  };
}

function truncated(name: string, found: number, needed: number): Error {
  return invalidData(name, `is truncated: it ends at byte ${found}, ${needed} are needed`);
}
