import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { SenteiError } from '@sentei/ir';
import { invalidData } from '../invalid-data.ts';

/** The size of a file in bytes. @throws SenteiError `invalid-data` when it is missing, no file, or unreadable */
export async function fileSize(path: string): Promise<number> {
  const found = await stat(path).catch((cause) => {
    throw unreadable(path, cause);
  });
  if (!found.isFile()) throw invalidData(path, 'is not a file', 'give a file');
  return found.size;
}

/**
 * A check that a file is still the one that it is now, by size and time of its last change: an index and a fingerprint
 * are of the contents at one time.
 *
 * @throws SenteiError `invalid-data`, from the check too
 */
export async function guardFile(path: string): Promise<() => Promise<void>> {
  const look = async (): Promise<string> => {
    const { ino, size, mtimeMs } = await stat(path).catch((cause) => {
      throw unreadable(path, cause);
    });
    return `${ino} ${size} ${mtimeMs}`;
  };
  const before = await look();
  return async () => {
    if ((await look()) !== before) {
      throw invalidData(
        path,
        'has changed since it was opened',
        'leave data alone while it is used, and run again',
      );
    }
  };
}

/** SHA-256 (hex) of a file, read in pieces. @throws SenteiError `invalid-data` */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of readChunks(path, signal)) hash.update(chunk);
  return hash.digest('hex');
}

/** Bytes of a file from `start` on, up to and not including `end`, in pieces. @throws SenteiError `invalid-data` */
export async function* readChunks(
  path: string,
  signal?: AbortSignal,
  start = 0,
  end?: number,
): AsyncIterable<Buffer> {
  if (end !== undefined && end <= start) return;
  const stream = createReadStream(path, {
    start,
    highWaterMark: 1 << 20,
    ...(end !== undefined && { end: end - 1 }),
    ...(signal && { signal }),
  });
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (cause) {
    signal?.throwIfAborted();
    throw unreadable(path, cause);
  }
}

/** Runs `use` with an open file. @throws SenteiError `invalid-data` when it cannot be opened */
export async function openFile(path: string): Promise<FileHandle> {
  return open(path, 'r').catch((cause) => {
    throw unreadable(path, cause);
  });
}

/** `length` bytes at `position`. @throws SenteiError `invalid-data` when the file ends before */
export async function readAt(
  file: FileHandle,
  path: string,
  position: number,
  length: number,
): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file
      .read(bytes, filled, length - filled, position + filled)
      .catch((cause) => {
        throw unreadable(path, cause);
      });
    if (bytesRead === 0) {
      throw invalidData(path, `ends at byte ${position + filled}, ${position + length} are needed`);
    }
    filled += bytesRead;
  }
  return bytes;
}

/** What a failed read of a file becomes. */
export function unreadable(path: string, cause: unknown): SenteiError {
  if (cause instanceof SenteiError) return cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return code === 'ENOENT'
    ? invalidData(path, 'does not exist', 'check the path', cause)
    : invalidData(path, `cannot be read (${code})`, 'check the path and its permissions', cause);
}
