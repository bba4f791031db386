import { closeSync, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { SenteiError } from '../errors.ts';

/** Bytes read at a time. */
const PIECE = 2 ** 23;

/** Bytes of a tensor in a file beside the model. */
export class ExternalRange {
  /** Path as the model gives it, relative to the model's folder. */
  readonly location: string;
  readonly path: string;
  readonly offset: number;
  readonly length: number | undefined;
  /** SHA-1 of the whole file in hexadecimal, where the model gives it. */
  readonly checksum: string | undefined;

  constructor(
    location: string,
    path: string,
    offset: number,
    length: number | undefined,
    checksum?: string | undefined,
  ) {
    this.location = location;
    this.path = path;
    this.offset = offset;
    this.length = length;
    this.checksum = checksum;
  }

  /**
   * Reads the range from disk.
   *
   * @param expected length in bytes where the model does not give it
   * @throws SenteiError `external-data` when the file is missing or too short, checked before memory is allocated.
   */
  read(expected: number): Uint8Array {
    const length = this.length ?? expected;
    let bytes = new Uint8Array();
    let done = 0;
    for (const piece of this.pieces(length, (size) => (bytes = new Uint8Array(size)))) done += piece.length;
    return bytes.subarray(0, done);
  }

  /**
   * Reads the range piece by piece. Without `allocate` all pieces share one buffer, so that each has to be used before
   * the next is asked for.
   *
   * @param allocate makes room for the whole range, once it is known to be there
   * @throws SenteiError as `read`
   */
  *pieces(length: number, allocate?: (length: number) => Uint8Array): Generator<Uint8Array> {
    const file = this.#open();
    try {
      const available = fstatSync(file).size - this.offset;
      if (length > available) throw this.#tooShort(length, available);
      const whole = allocate && this.#allocate(length, allocate);
      const shared = whole ?? new Uint8Array(Math.min(length, PIECE));
      for (let done = 0; done < length; ) {
        const at = whole === undefined ? 0 : done;
        const size = Math.min(length - done, PIECE);
        const count = this.#readAt(file, shared, at, size, this.offset + done);
        if (count === 0) throw this.#tooShort(length, done);
        done += count;
        yield shared.subarray(at, at + count);
      }
    } finally {
      closeSync(file);
    }
  }

  #open(): number {
    try {
      // Opening a pipe would wait for somebody to write to it.
      if (statSync(this.path).isFile()) return openSync(this.path, 'r');
    } catch (cause) {
      throw this.#unusable('cannot be read', cause);
    }
    throw this.#unusable('is not a file');
  }

  /** A length that is in a file but not in memory is no reason to fail with an error of the engine. */
  #allocate(length: number, allocate: (length: number) => Uint8Array): Uint8Array {
    try {
      return allocate(length);
    } catch (cause) {
      throw this.#unusable('is too large to be read at once', cause);
    }
  }

  #readAt(file: number, into: Uint8Array, at: number, size: number, position: number): number {
    try {
      return readSync(file, into, at, size, position);
    } catch (cause) {
      throw this.#unusable('cannot be read', cause);
    }
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
 * The external range that the `external_data` entries of a tensor point to.
 *
 * @param entries `location`, and if need be `offset`, `length` (bytes) and `checksum` (SHA-1 of the file, hexadecimal)
 * @param name the tensor, for messages
 * @param folder folder of the model; paths that lead out of it, by `..`, as absolute paths or through links, are refused.
 * @throws SenteiError `external-data`
 */
export function externalRange(
  entries: ReadonlyMap<string, string>,
  name: string,
  folder: string | undefined,
): ExternalRange {
  const location = entries.get('location') ?? '';
  const offset = wholeNumber(entries.get('offset'), name) ?? 0;
  const length = wholeNumber(entries.get('length'), name);
  if (location === '' || folder === undefined) {
    throw new SenteiError('external-data', `tensor ${name} has external data but no folder to find it in`, {
      subject: name,
      hint: 'read the model from its file',
    });
  }
  const path = resolve(folder, location);
  if (isUnreachable(location, folder, path)) {
    throw new SenteiError('external-data', `tensor ${name} points outside the model's folder: ${location}`, {
      subject: name,
      hint: 'external data is only read from the folder of the model',
    });
  }
  return new ExternalRange(location, path, offset, length, entries.get('checksum'));
}

function isUnreachable(location: string, folder: string, path: string): boolean {
  if (isAbsolute(location) || location.includes('\0') || escapes(resolve(folder), path)) return true;
  return escapes(real(folder), real(path));
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
