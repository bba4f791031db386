import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SenteiError } from '@sentei/ir';
import { type Entry, openPromise, type ZipFile } from 'yauzl';

/** A file to take out of a wheel. */
export interface Extraction {
  /** Its whole path in the wheel. */
  readonly member: string;
  /** A file that is not there yet. */
  readonly target: string;
}

/** Above any provider library there is; a wheel's own numbers must not fill the disk. */
const LARGEST_MEMBER = 2 ** 31;
const LARGEST_RECORD = 2 ** 23;

/**
 * Takes files out of a wheel, piece by piece, and holds them against the SHA-256 that the wheel's RECORD has for them (PEP 376
 * and PEP 427). Targets may be left half when it fails: they are the caller's to remove.
 *
 * @param record path of RECORD in the wheel
 * @param onBytes is told of every piece that was written
 * @returns the size of each file in bytes, in the order of `extractions`
 * @throws SenteiError `install-failed` when the wheel is not as it should be, `output-unwritable` when there is no room,
 *   `cancelled`
 */
export async function unpackWheel(
  wheel: string,
  record: string,
  extractions: readonly Extraction[],
  { signal, onBytes }: UnpackOptions = {},
): Promise<number[]> {
  const fault = (what: string, cause?: unknown) =>
    new SenteiError('install-failed', `${basename(wheel)} ${what}`, {
      subject: wheel,
      hint: 'run it again; the download may have been damaged',
      cause,
    });
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(wheel, { autoClose: false });
    const entries = await findEntries(zip, [record, ...extractions.map(({ member }) => member)]);
    const get = (member: string, most: number): Entry => {
      const entry = entries.get(member);
      if (entry === undefined) throw fault(`has no ${member}`);
      if (entry.uncompressedSize > most) throw fault(`has a ${member} of ${entry.uncompressedSize} bytes`);
      return entry;
    };
    const expected = parseRecord(await readWhole(zip, get(record, LARGEST_RECORD)));
    const members = extractions.map(({ member }) => get(member, LARGEST_MEMBER));
    await checkRoom(extractions, members);
    for (const [index, { member, target }] of extractions.entries()) {
      const entry = get(member, LARGEST_MEMBER);
      const found = await extract(zip, entry, target, signal, onBytes);
      const { hash, size } = expected.get(member) ?? {};
      if (hash === undefined) throw fault(`has no SHA-256 for ${member}`);
      if (hash !== found || size !== members[index]?.uncompressedSize) throw fault(`has a damaged ${member}`);
    }
    return members.map(({ uncompressedSize }) => uncompressedSize);
  } catch (error) {
    if (error instanceof SenteiError) throw error;
    if (signal?.aborted) throw new SenteiError('cancelled', 'unpacking was interrupted');
    const isSystem = error instanceof Error && 'syscall' in error;
    if (!isSystem) throw fault(`cannot be read (${error instanceof Error ? error.message : error})`, error);
    throw new SenteiError('output-unwritable', `the libraries cannot be unpacked (${error.message})`, {
      hint: 'check that the folder of onnxruntime-node may be written to and has room',
      cause: error,
    });
  } finally {
    zip?.close();
  }
}

export interface UnpackOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

async function findEntries(zip: ZipFile, members: readonly string[]): Promise<Map<string, Entry>> {
  const found = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) {
    if (members.includes(entry.fileName)) found.set(entry.fileName, entry);
  }
  return found;
}

/** Lines of `path,sha256=<base64url without padding>,size`. */
function parseRecord(text: string): Map<string, { readonly hash: string; readonly size: number }> {
  const rows = new Map<string, { readonly hash: string; readonly size: number }>();
  for (const [, path, hash, size] of text.matchAll(/^([^",\n]+),sha256=([\w-]{43})=?,(\d+)\r?$/gm)) {
    if (path && hash) rows.set(path, { hash, size: Number(size) });
  }
  return rows;
}

async function readWhole(zip: ZipFile, entry: Entry): Promise<string> {
  const pieces: Buffer[] = [];
  // The library ends a stream that gives more than the entry says.
  for await (const piece of await zip.openReadStreamPromise(entry)) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

async function extract(
  zip: ZipFile,
  entry: Entry,
  target: string,
  signal: AbortSignal | undefined,
  onBytes: ((bytes: number) => void) | undefined,
): Promise<string> {
  const hash = createHash('sha256');
  const watch = new Transform({
    transform(piece: Buffer, _encoding, done) {
      hash.update(piece);
      onBytes?.(piece.length);
      done(null, piece);
    },
  });
  const to = createWriteStream(target, { flags: 'wx', mode: 0o644, flush: true });
  await pipeline(await zip.openReadStreamPromise(entry), watch, to, { ...(signal ? { signal } : {}) });
  return hash.digest('base64url');
}

async function checkRoom(extractions: readonly Extraction[], members: readonly Entry[]): Promise<void> {
  const needed = members.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  const folder = dirname(extractions[0]?.target ?? '.');
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= needed) return;
  throw new SenteiError('output-unwritable', `${folder} has no room for ${needed} bytes`, {
    subject: folder,
    hint: 'make room on that disk',
  });
}
