import { lstat, readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { hashParts } from '../dataset/hashing.ts';
import { type ByteReader, openFileReader } from '../files/byte-reader.ts';
import { guardFile, hashFile, unreadable } from '../files/data-file.ts';
import { openZip } from '../files/zip.ts';
import { invalidData } from '../invalid-data.ts';

/** Arrays by name, not opened yet. */
export interface ArrayFiles {
  readonly names: readonly string[];
  /** Of the contents of the named arrays' files. */
  fingerprint(names: readonly string[], signal?: AbortSignal): Promise<string>;
  /** @throws SenteiError `invalid-data` when there is no such array */
  open(name: string): Promise<ByteReader>;
}

/**
 * The arrays of a `.npz` file, of a folder of `.npy` files, or one `.npy` file, named by the files without their ending.
 *
 * @throws SenteiError `invalid-data` when it is none of these
 */
export async function openArrayFiles(path: string): Promise<ArrayFiles> {
  const found = await lstat(path).catch((cause) => {
    throw unreadable(path, cause);
  });
  if (found.isDirectory()) {
    const entries = await readdir(path, { withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && extname(entry.name) === '.npy');
    if (files.length === 0) throw invalidData(path, 'is a folder without .npy files');
    return plainFiles(path, new Map(files.map(({ name }) => [basename(name, '.npy'), join(path, name)])));
  }
  const ending = extname(path).toLowerCase();
  if (ending === '.npy') return plainFiles(path, new Map([[basename(path, extname(path)), path]]));
  if (ending !== '.npz') throw invalidData(path, 'is no .npz file, no .npy file and no folder of them');
  return archive(path);
}

async function plainFiles(path: string, files: ReadonlyMap<string, string>): Promise<ArrayFiles> {
  const names = [...files.keys()].sort();
  const find = (name: string): string => {
    const file = files.get(name);
    if (file === undefined) throw noArray(path, name, names);
    return file;
  };
  const guards = new Map<string, () => Promise<void>>();
  for (const [name, file] of files) guards.set(name, await guardFile(file));
  return {
    names,
    async fingerprint(wanted, signal) {
      const parts: string[] = [];
      for (const name of [...wanted].sort()) parts.push(name, await hashFile(find(name), signal));
      return hashParts(parts);
    },
    async open(name) {
      const file = find(name);
      await guards.get(name)?.();
      return openFileReader(file, basename(file));
    },
  };
}

async function archive(path: string): Promise<ArrayFiles> {
  const refuseChange = await guardFile(path);
  const entries = await openZip(path, basename(path));
  const arrays = new Map(
    entries.filter(({ name }) => name.endsWith('.npy')).map((entry) => [entry.name.slice(0, -4), entry]),
  );
  const names = [...arrays.keys()].sort();
  return {
    names,
    fingerprint: (_, signal) => hashFile(path, signal),
    async open(name) {
      const entry = arrays.get(name);
      if (!entry) throw noArray(path, name, names);
      await refuseChange();
      return entry.open();
    },
  };
}

function noArray(path: string, name: string, names: readonly string[]): Error {
  return invalidData(path, `has no array '${name}'`, `it has ${names.slice(0, 12).join(', ') || 'none'}`);
}
