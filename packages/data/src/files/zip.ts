import type { Readable } from 'node:stream';
import type { Entry, ZipFile } from 'yauzl';
import { invalidData } from '../invalid-data.ts';
import { type ByteReader, openFileReader, sequentialReader } from './byte-reader.ts';
import { fileSize, unreadable } from './data-file.ts';

/** A file of an archive. */
export interface ArchiveEntry {
  readonly name: string;
  /** Bytes of the file itself; an entry that turns out to have others ends in an error. */
  readonly size: number;
  /** @throws SenteiError `invalid-data` (from the reader too) when the archive is broken */
  open(): Promise<ByteReader>;
}

/** More files than arrays that a model takes: such an archive is no array file. */
const MOST_ENTRIES = 10_000;
const STORED = 0;

/**
 * The files of a ZIP archive. Stored ones are read by range, compressed ones from their start on; none is held in memory.
 *
 * @throws SenteiError `invalid-data` when it is no archive, is broken, encrypted, or has more than 10,000 files
 */
export async function openZip(path: string, name: string): Promise<readonly ArchiveEntry[]> {
  await fileSize(path);
  const archive = await openArchive(path, name);
  try {
    if (archive.entryCount > MOST_ENTRIES) throw invalidData(path, `has ${archive.entryCount} files`);
    const entries: ArchiveEntry[] = [];
    for await (const entry of archive.eachEntry()) {
      if (!entry.canDecodeFileData()) {
        throw invalidData(path, `file '${entry.fileName}' is encrypted or compressed in an unknown way`);
      }
      const { fileDataStart } = await archive.readLocalFileHeaderPromise(entry, { minimal: true });
      entries.push(archiveEntry(path, name, entry, fileDataStart));
    }
    return entries;
  } catch (cause) {
    throw broken(path, cause);
  } finally {
    archive.close();
  }
}

function archiveEntry(path: string, archive: string, entry: Entry, start: number): ArchiveEntry {
  const { fileName, uncompressedSize, compressionMethod } = entry;
  const name = `${archive} file '${fileName}'`;
  const open = async function* (): AsyncIterable<Uint8Array> {
    const zip = await openArchive(path, archive);
    try {
      const stream = await openStream(zip, entry, start);
      try {
        for await (const chunk of stream) yield chunk as Buffer;
      } finally {
        stream.destroy();
      }
    } catch (cause) {
      throw broken(path, cause);
    } finally {
      zip.close();
    }
  };
  return {
    name: fileName,
    size: uncompressedSize,
    open: async () =>
      compressionMethod === STORED
        ? openFileReader(path, name, start, uncompressedSize)
        : sequentialReader(name, uncompressedSize, open),
  };
}

/** By its place: an entry belongs to the archive object that listed it, and this is another one. */
async function openStream(zip: ZipFile, entry: Entry, start: number): Promise<Readable> {
  const { compressedSize: length, uncompressedSize } = entry;
  return new Promise((resolve, reject) => {
    zip.openReadStreamLowLevel(start, length, 0, length, true, uncompressedSize, (error, stream) =>
      error ? reject(error) : resolve(stream),
    );
  });
}

async function openArchive(path: string, name: string): Promise<ZipFile> {
  const { openPromise } = await import('yauzl');
  return openPromise(path, { autoClose: false }).catch((cause) => {
    if (cause?.code !== undefined) throw unreadable(path, cause);
    throw invalidData(path, `is no ZIP archive (${cause?.message ?? cause})`, `is ${name} complete?`, cause);
  });
}

function broken(path: string, cause: unknown): Error {
  const error = unreadable(path, cause);
  if (error === cause || !(cause instanceof Error) || 'code' in cause) return error;
  return invalidData(path, `is broken (${cause.message})`, 'write it again', cause);
}
