import { closeSync, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { TensorProto } from '../codec/messages.ts';
import { toProperties } from '../codec/wire.ts';
import { SenteiError } from '../errors.ts';

const EXTERNAL = 1;
/** Node reads less than 2 GiB at a time. */
const LARGEST_READ = 2 ** 30;

/** Bytes of a tensor in a file beside the model. */
export class ExternalRange {
  /** Path as the model gives it, relative to the model's folder. */
  readonly location: string;
  readonly path: string;
  readonly offset: number;
  readonly length: number | undefined;

  constructor(location: string, path: string, offset: number, length: number | undefined) {
    this.location = location;
    this.path = path;
    this.offset = offset;
    this.length = length;
  }

  /**
   * Reads the range from disk.
   *
   * @param expected length in bytes where the model does not give it
   * @throws SenteiError `external-data` when the file is missing or too short, checked before memory is allocated.
   */
  read(expected: number): Uint8Array {
    const length = this.length ?? expected;
    try {
      // Opening a pipe would wait for somebody to write to it.
      if (!statSync(this.path).isFile()) throw this.#unusable('is not a file');
      const file = openSync(this.path, 'r');
      try {
        return this.#readFrom(file, length);
      } finally {
        closeSync(file);
      }
    } catch (cause) {
      if (cause instanceof SenteiError) throw cause;
      throw this.#unusable('cannot be read', cause);
    }
  }

  #readFrom(file: number, length: number): Uint8Array {
    const available = fstatSync(file).size - this.offset;
    if (length > available) throw this.#tooShort(length, available);
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const count = readSync(file, bytes, done, Math.min(length - done, LARGEST_READ), this.offset + done);
      if (count === 0) throw this.#tooShort(length, done);
      done += count;
    }
    return bytes;
  }

  #tooShort(wanted: number, available: number): SenteiError {
    return new SenteiError('external-data', `external data file ${this.location} is too short`, {
      subject: this.location,
      hint: `${wanted} bytes are wanted at offset ${this.offset}, ${Math.max(available, 0)} are there`,
    });
  }

  #unusable(what: string, cause?: unknown): SenteiError {
    return new SenteiError('external-data', `external data file ${this.location} ${what}`, {
      subject: this.location,
      hint: 'keep the data files of a model in the folder of the model',
      cause,
    });
  }
}

/**
 * The external range a tensor message points to, or `undefined` for inline tensors.
 *
 * @param folder folder of the model; paths that lead out of it, by `..`, as absolute paths or through links, are refused.
 * @throws SenteiError `external-data`
 */
export function externalRange(message: TensorProto, folder: string | undefined): ExternalRange | undefined {
  if (message.dataLocation !== EXTERNAL) return undefined;
  const entries = toProperties(message.externalData);
  const location = entries.get('location') ?? '';
  const name = message.name ?? '';
  const offset = wholeNumber(entries.get('offset'), name) ?? 0;
  const length = wholeNumber(entries.get('length'), name);
  if (location === '' || folder === undefined) {
    throw new SenteiError('external-data', `tensor ${name} has external data but no folder to find it in`, {
      subject: name,
      hint: 'read the model from its file',
    });
  }
  const path = resolve(folder, location);
  if (isAbsolute(location) || escapes(resolve(folder), path) || escapes(real(folder), real(path))) {
    throw new SenteiError('external-data', `tensor ${name} points outside the model's folder: ${location}`, {
      subject: name,
      hint: 'external data is only read from the folder of the model',
    });
  }
  return new ExternalRange(location, path, offset, length);
}

function wholeNumber(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new SenteiError('external-data', `external data of ${name} has '${text}' as offset or length`, {
    subject: name,
  });
}

function escapes(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}

/** The path with links resolved, as far as it exists. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : resolve(real(parent), relative(parent, path));
  }
}
