import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { unreadable } from '../files/data-file.ts';
import { invalidData } from '../invalid-data.ts';

/** An image's file. */
export interface ImageFile {
  /** Below the folder, with `/` between. */
  readonly name: string;
  /** Name of the subfolder, where there is one. */
  readonly className: string | undefined;
  /** SHA-256 (hex) of the file. */
  readonly hash: string;
}

/** Images of a folder, in order of their names. */
export interface ImageFiles {
  readonly files: readonly ImageFile[];
  /** Sorted names of subfolders. */
  readonly classes: readonly string[];
}

const ENDINGS = ['.png', '.jpg', '.jpeg', '.webp', '.gif', '.tif', '.tiff', '.avif'];
const LARGEST = 2 ** 28;

/**
 * The images of a folder, or of its subfolders, each of which is a class then. Names that start with a dot are passed
 * over.
 *
 * @throws SenteiError `invalid-data` for images both beside and in subfolders, deeper folders, links, other files, or
 *   no images
 */
export async function listImages(folder: string, signal?: AbortSignal): Promise<ImageFiles> {
  const { files: own, folders } = await listFolder(folder, '');
  if (own.length > 0 && folders.length > 0) {
    throw invalidData(
      folder,
      'has images beside its subfolders',
      'every subfolder is a class, put each image in one',
    );
  }
  const named = own.map((name) => ({ name, className: undefined as string | undefined }));
  for (const className of folders) {
    const { files, folders: deeper } = await listFolder(folder, className);
    if (deeper[0] !== undefined) {
      throw invalidData(
        join(folder, className, deeper[0]),
        'is a folder within a class',
        'classes have no subfolders',
      );
    }
    for (const name of files) named.push({ name: `${className}/${name}`, className });
  }
  if (named.length === 0) throw invalidData(folder, 'has no images', `endings read: ${ENDINGS.join(', ')}`);
  const files: ImageFile[] = [];
  for (const each of named) {
    signal?.throwIfAborted();
    const bytes = await readImage(join(folder, each.name));
    files.push({ ...each, hash: sha256(bytes) });
  }
  return { files, classes: folders };
}

/**
 * The bytes of an image's file.
 *
 * @param hash what its SHA-256 has to be
 * @throws SenteiError `invalid-data` when it cannot be read, is larger than 256 MiB, or has changed
 */
export async function readImage(path: string, hash?: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > LARGEST) throw invalidData(path, `has ${size} bytes, ${LARGEST} at most are read`);
    const bytes = await readFile(path);
    if (hash !== undefined && sha256(bytes) !== hash)
      throw invalidData(path, 'has changed since it was opened');
    return bytes;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function listFolder(folder: string, below: string): Promise<{ files: string[]; folders: string[] }> {
  const place = join(folder, below);
  const entries = await readdir(place, { withFileTypes: true }).catch((cause) => {
    throw unreadable(place, cause);
  });
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of entries) {
    const path = join(place, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) folders.push(entry.name);
    else if (!entry.isFile()) throw invalidData(path, 'is a link or no file', 'put the image itself there');
    else if (ENDINGS.includes(extname(entry.name).toLowerCase())) files.push(entry.name);
    else throw invalidData(path, 'is no known kind of image', `endings read: ${ENDINGS.join(', ')}`);
  }
  // By code units: the same order under every locale.
  return { files: files.sort(), folders: folders.sort() };
}
