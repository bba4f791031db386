import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { readModelBytes } from '../codec/read-model.ts';
import { LARGEST_MODEL } from '../codec/write-model.ts';
import { SenteiError } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import { errorCode } from './stage.ts';

/** Parts of a large file that are read at the same time: filling fresh memory takes longer than reading. */
const PARTS = 4;
const SMALL = 2 ** 24;

/**
 * Reads an ONNX file. Weights stay in the one buffer that is read, external data stays on disk.
 *
 * @throws SenteiError `file-missing`, `file-unreadable`, `not-onnx`, and those of `readModelBytes`, each naming the file
 */
export async function readModel(path: string): Promise<Model> {
  const bytes = await readWhole(path);
  try {
    return readModelBytes(bytes, { folder: dirname(resolve(path)) });
  } catch (error) {
    if (!(error instanceof SenteiError)) throw error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    throw new SenteiError(error.code, `${path}: ${error.message}`, { subject: path, ...hint, cause: error });
  }
}

async function readWhole(path: string): Promise<Uint8Array> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) {
      throw new SenteiError('file-unreadable', `${path} is a folder`, {
        subject: path,
        hint: `name the file in it, such as ${join(path, 'model.onnx')}`,
      });
    }
    if (!found.isFile()) {
      throw new SenteiError('file-unreadable', `${path} is not a file`, {
        subject: path,
        hint: 'save it to a file first: a model is read as a whole',
      });
    }
    if (found.size > LARGEST_MODEL) {
      throw new SenteiError('not-onnx', `${path} is larger than the 2 GiB an ONNX file can be`, {
        subject: path,
        hint: 'models of that size keep their weights in external data files',
      });
    }
    const file = await open(path, 'r');
    try {
      return await readParts(file, found.size);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof SenteiError) throw cause;
    const missing = errorCode(cause) === 'ENOENT' || errorCode(cause) === 'ENOTDIR';
    throw new SenteiError(
      missing ? 'file-missing' : 'file-unreadable',
      missing ? `${path} does not exist` : `${path} cannot be read (${errorCode(cause)})`,
      { subject: path, hint: missing ? 'check the path' : 'check its permissions', cause },
    );
  }
}

async function readParts(file: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(size);
  const part = size < SMALL ? size : Math.ceil(size / PARTS);
  const ranges: Promise<void>[] = [];
  for (let start = 0; start < size; start += part)
    ranges.push(readRange(file, bytes, start, Math.min(start + part, size)));
  await Promise.all(ranges);
  return bytes;
}

async function readRange(file: FileHandle, bytes: Uint8Array, start: number, end: number): Promise<void> {
  for (let at = start; at < end; ) {
    const { bytesRead } = await file.read(bytes, at, end - at, at);
    if (bytesRead === 0)
      throw Object.assign(new Error('the file became shorter'), { code: 'the file became shorter' });
    at += bytesRead;
  }
}
