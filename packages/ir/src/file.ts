import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { readModelBytes } from './codec/read-model.ts';
import { writeModelBytes } from './codec/write-model.ts';
import { SenteiError } from './errors.ts';
import type { ExternalRange } from './graph/external-data.ts';
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
 * file is there whole or not at all.
 *
 * @throws SenteiError `output-unwritable`
 */
export async function writeModel(model: Model, path: string): Promise<void> {
  const folder = dirname(resolve(path));
  const bytes = writeModelBytes(model);
  try {
    await mkdir(folder, { recursive: true });
    for (const range of externalFiles(model)) await copyExternal(range, folder);
    await writeWhole(path, bytes);
  } catch (cause) {
    if (cause instanceof SenteiError) throw cause;
    throw unwritable(path, cause);
  }
}

/** Writes a file beside its place and renames it. @throws SenteiError `output-unwritable` */
export async function writeFileWhole(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(resolve(path)), { recursive: true });
    await writeWhole(path, typeof content === 'string' ? new TextEncoder().encode(content) : content);
  } catch (cause) {
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

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const beside = `${path}.${randomUUID()}.part`;
  try {
    const file = await open(beside, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** One range per external file that the model still refers to. */
function externalFiles(model: Model): ExternalRange[] {
  const files = new Map<string, ExternalRange>();
  const note = (range: ExternalRange | undefined) => range && files.set(range.path, range);
  for (const graph of model.graphs()) {
    for (const value of graph.initializers) note(value.tensor?.external);
    for (const node of graph.nodes()) {
      for (const attribute of node.attributes.values()) {
        if (attribute.kind === 'tensor') note(attribute.value.external);
      }
    }
  }
  return [...files.values()];
}

async function copyExternal(range: ExternalRange, folder: string): Promise<void> {
  const target = resolve(folder, range.location);
  if (target === range.path) return;
  await mkdir(dirname(target), { recursive: true });
  const beside = join(dirname(target), `.${basename(target)}.${randomUUID()}.part`);
  try {
    await copyFile(range.path, beside);
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
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
