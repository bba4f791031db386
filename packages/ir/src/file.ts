import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import type { SparseTensorProto } from './codec/messages.ts';
import { readModelBytes } from './codec/read-model.ts';
import { writeModelBytes } from './codec/write-model.ts';
import { SenteiError } from './errors.ts';
import { makeFolders, removeEmptyFolders } from './folders.ts';
import { type ExternalRange, externalRange } from './graph/external-data.ts';
import type { Model } from './graph/model.ts';

/** Protobuf cannot hold a message of 2 GiB or more. */
const LARGEST_FILE = 2 ** 31 - 1;

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

/**
 * Writes a model with the external files it refers to. Everything is written beside its place and renamed, so that the
 * files are there whole or not at all. Files the model reads from are never written to.
 *
 * @throws SenteiError `output-unwritable`; `external-data` when a file the model refers to is missing
 */
export async function writeModel(model: Model, path: string): Promise<void> {
  const folder = dirname(resolve(path));
  const staged: Staged[] = [];
  const bytes = writeModelBytes(model);
  if (bytes.length > LARGEST_FILE) throw tooLarge(path);
  const created = await makeFoldersFor(folder, path);
  try {
    const ranges = externalRanges(model);
    await checkTargets(ranges, folder, path);
    for (const range of ranges) {
      const target = resolve(folder, range.location);
      if (await isSameFile(target, range.path)) continue;
      await makeFolders(dirname(target));
      staged.push(await stage(target, (beside) => copyFile(range.path, beside, constants.COPYFILE_FICLONE)));
    }
    staged.push(await stage(resolve(path), (beside) => writeAll(beside, bytes)));
    for (const { beside, target } of staged) await rename(beside, target);
  } catch (cause) {
    for (const { beside } of staged) await rm(beside, { force: true });
    if (created !== undefined) await removeEmptyFolders(folder, created);
    throw cause instanceof SenteiError ? cause : unwritable(path, cause);
  }
}

/** Writes a file beside its place and renames it. @throws SenteiError `output-unwritable` */
export async function writeFileWhole(path: string, content: string | Uint8Array): Promise<void> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const folder = dirname(resolve(path));
  const created = await makeFoldersFor(folder, path);
  try {
    await refuseFolder(path);
    const { beside, target } = await stage(resolve(path), (place) => writeAll(place, bytes));
    await rename(beside, target);
  } catch (cause) {
    if (created !== undefined) await removeEmptyFolders(folder, created);
    throw unwritable(path, cause);
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
    if (found.size > LARGEST_FILE) {
      throw new SenteiError('not-onnx', `${path} is larger than the 2 GiB an ONNX file can be`, {
        subject: path,
        hint: 'models of that size keep their weights in external data files',
      });
    }
    const file = await open(path, 'r');
    try {
      return await file.readFile();
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

/** A file that is complete but not yet in its place. */
interface Staged {
  readonly beside: string;
  readonly target: string;
}

async function stage(target: string, write: (beside: string) => Promise<void>): Promise<Staged> {
  const beside = join(dirname(target), `.${randomUUID()}.part`);
  try {
    await write(beside);
    return { beside, target };
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function writeAll(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** One range per external file that the model still refers to. */
function externalRanges(model: Model): ExternalRange[] {
  const files = new Map<string, ExternalRange>();
  const note = (range: ExternalRange | undefined) => range && files.set(range.path, range);
  const noteSparse = ({ values, indices }: SparseTensorProto) => {
    for (const tensor of [values, indices]) if (tensor) note(externalRange(tensor, model.folder));
  };
  for (const graph of model.graphs()) {
    for (const value of graph.initializers) note(value.tensor?.external);
    for (const { message } of graph.sparseInitializers) noteSparse(message);
    for (const node of graph.nodes()) {
      for (const attribute of node.attributes.values()) {
        if (attribute.kind === 'tensor') note(attribute.value.external);
        if (attribute.kind === 'tensors') for (const tensor of attribute.value) note(tensor.external);
        if (attribute.kind === 'other' && attribute.message.sparseTensor)
          noteSparse(attribute.message.sparseTensor);
      }
    }
  }
  return [...files.values()];
}

/** Every file gets a place of its own that is no folder and no source of another. */
async function checkTargets(ranges: readonly ExternalRange[], folder: string, path: string): Promise<void> {
  const sources = new Set<string>();
  for (const range of ranges) sources.add(await sourcePath(range));
  const taken = new Set<string>();
  const claim = async (target: string, source: string | undefined) => {
    const place = await realpath(target).catch(() => target);
    if (taken.has(target) || (place !== source && sources.has(place))) {
      throw new SenteiError('output-unwritable', `${target} would be written over data the model refers to`, {
        subject: path,
        hint: 'write the model to another folder',
      });
    }
    taken.add(target);
    await refuseFolder(target);
  };
  for (const range of ranges) await claim(resolve(folder, range.location), await sourcePath(range));
  await claim(resolve(path), undefined);
}

async function sourcePath(range: ExternalRange): Promise<string> {
  try {
    return await realpath(range.path);
  } catch (cause) {
    throw new SenteiError('external-data', `external data file ${range.location} cannot be read`, {
      subject: range.location,
      hint: 'keep the data files of a model in the folder of the model',
      cause,
    });
  }
}

async function isSameFile(path: string, source: string): Promise<boolean> {
  return (await realpath(path).catch(() => path)) === (await realpath(source));
}

async function refuseFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw Object.assign(new Error(`${path} is a folder`), { code: 'EISDIR' });
}

/** @throws SenteiError `output-unwritable` naming `path` */
async function makeFoldersFor(folder: string, path: string): Promise<string | undefined> {
  try {
    return await makeFolders(folder);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function tooLarge(path: string): SenteiError {
  return new SenteiError('output-unwritable', `${path} would be larger than the 2 GiB an ONNX file can be`, {
    subject: path,
    hint: 'models of that size keep their weights in external data files',
  });
}

function unwritable(path: string, cause: unknown): SenteiError {
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

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
