import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import type { Chunk } from '../codec/chunk-writer.ts';
import { SenteiError } from '../errors.ts';
import { makeFolders, removeEmptyFolders } from './folders.ts';
import { removeAtExit } from './remove-at-exit.ts';

/** Views that are written by one call of the system. */
const MOST_VIEWS = 512;

/** A file that is complete but not yet in its place. */
export interface Staged {
  readonly beside: string;
  readonly target: string;
  /** Ends the watch over a file that is in its place, or gone. */
  readonly settled: () => void;
}

/** Writes a file beside its place and renames it. @throws SenteiError `output-unwritable` */
export async function writeFileWhole(path: string, content: string | Uint8Array): Promise<void> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const folder = dirname(resolve(path));
  const created = await makeFoldersFor(folder, path);
  try {
    await refuseFolder(path);
    const staged = await stage(resolve(path), (beside) => writeChunks(beside, [bytes], true));
    await putInPlace(staged).finally(() => discard(staged));
  } catch (cause) {
    if (created !== undefined) await removeEmptyFolders(folder, created);
    throw unwritable(path, cause);
  }
}

export async function stage(target: string, write: (beside: string) => Promise<void>): Promise<Staged> {
  const beside = join(dirname(target), `.${randomUUID()}.part`);
  const staged = { beside, target, settled: removeAtExit(beside) };
  try {
    await write(beside);
    return staged;
  } catch (error) {
    await discard(staged);
    throw error;
  }
}

export async function putInPlace({ beside, target, settled }: Staged): Promise<void> {
  await rename(beside, target);
  settled();
}

/** Removes the file unless it is in its place. */
export async function discard({ beside, settled }: Staged): Promise<void> {
  await rm(beside, { force: true }).catch(() => undefined);
  settled();
}

/**
 * Writes a new file from chunks, several at a time and without joining them.
 *
 * @param durable whether to wait until the disk has it
 */
export async function writeChunks(path: string, chunks: Iterable<Chunk>, durable: boolean): Promise<void> {
  const file = await open(path, 'wx');
  try {
    let views: Uint8Array[] = [];
    for (const chunk of chunks) {
      if (chunk instanceof Uint8Array) {
        views.push(chunk);
        if (views.length < MOST_VIEWS) continue;
        await writeViews(file, views);
        views = [];
        continue;
      }
      await writeViews(file, views);
      views = [];
      for (const piece of chunk.read()) await writeViews(file, [piece]);
    }
    await writeViews(file, views);
    if (durable) await file.sync();
  } finally {
    await file.close();
  }
}

/** The system may write less than it is given, such as 2 GiB less a page at a time on Linux. */
async function writeViews(file: FileHandle, views: readonly Uint8Array[]): Promise<void> {
  let pending = views.filter(({ length }) => length > 0);
  while (pending.length > 0) {
    let { bytesWritten } = await file.writev(pending);
    let whole = 0;
    while (whole < pending.length && bytesWritten >= (pending[whole]?.length ?? 0)) {
      bytesWritten -= pending[whole]?.length ?? 0;
      whole++;
    }
    pending = pending.slice(whole);
    const [first] = pending;
    if (first !== undefined && bytesWritten > 0) pending[0] = first.subarray(bytesWritten);
  }
}

export async function refuseFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw Object.assign(new Error(`${path} is a folder`), { code: 'EISDIR' });
}

/** @throws SenteiError `output-unwritable` naming `path` */
export async function makeFoldersFor(folder: string, path: string): Promise<string | undefined> {
  try {
    return await makeFolders(folder);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

export function unwritable(path: string, cause: unknown): SenteiError {
  return new SenteiError(
    'output-unwritable',
    `${relative('.', path) || path} cannot be written (${errorCode(cause)})`,
    {
      subject: path,
      hint: 'check that the folder exists, is a folder, and may be written to',
      cause,
    },
  );
}

export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
