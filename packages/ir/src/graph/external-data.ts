import { closeSync, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { TensorProto } from '../codec/messages.ts';
import { toProperties } from '../codec/wire.ts';
import { SenteiError } from '../errors.ts';

const EXTERNAL = 1;

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
   * @throws SenteiError `external-data` when the file is missing or too short, checked before memory is allocated.
   */
  read(expected: number): Uint8Array {
    const length = this.length ?? expected;
    let file: number;
    try {
      file = openSync(this.path, 'r');
    } catch (cause) {
      throw new SenteiError('external-data', `external data file ${this.location} cannot be opened`, {
        subject: this.location,
        hint: 'keep the data files of a model in the folder of the model',
        cause,
      });
    }
    try {
      const available = fstatSync(file).size - this.offset;
      if (length > available) {
        throw new SenteiError('external-data', `external data file ${this.location} is too short`, {
          subject: this.location,
          hint: `${length} bytes are wanted at offset ${this.offset}, ${Math.max(available, 0)} are there`,
        });
      }
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const count = readSync(file, bytes, done, length - done, this.offset + done);
        if (count === 0) break;
        done += count;
      }
      return bytes;
    } finally {
      closeSync(file);
    }
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
  const offset = wholeNumber(entries.get('offset')) ?? 0;
  const length = wholeNumber(entries.get('length'));
  const name = message.name ?? '';
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

function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new SenteiError('external-data', `external data has an offset or length of ${text}`);
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
