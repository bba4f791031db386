import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Chunk } from '../codec/chunk-writer.ts';
import type { TensorPlacement } from '../codec/tensor-message.ts';
import { encodeModelChunks, type WriteOptions } from '../codec/write-model.ts';
import { SenteiError } from '../errors.ts';
import type { ExternalRange } from '../graph/external-data.ts';
import type { Model } from '../graph/model.ts';
import type { Tensor } from '../graph/tensor.ts';
import { copyWhole } from './copy-whole.ts';
import { externalRanges, sourcePath, sparseRanges } from './external-files.ts';
import {
  type DataFile,
  dataFilePieces,
  type ExternalDataOptions,
  layOutExternalData,
  placementsOf,
} from './external-layout.ts';
import { makeFolders, removeEmptyFolders } from './folders.ts';
import {
  discard,
  makeFoldersFor,
  putInPlace,
  refuseFolder,
  type Staged,
  stage,
  unwritable,
  writeChunks,
} from './stage.ts';

/** How a model and its weights are written. */
export interface WriteModelOptions {
  /**
   * Where weights go: `keep` leaves them inline or external as they are and copies external files; `inline` takes all
   * into the model file, but parts of sparse tensors; options move them to external data. Default: `keep`.
   */
  readonly externalData?: ExternalDataOptions | 'keep' | 'inline' | undefined;
  /** Whether to wait until the disk has the files, so that they outlive a power failure. Default: false. */
  readonly durable?: boolean | undefined;
}

/**
 * Writes a model with its external files, weights piece by piece. Everything is written beside its place and renamed, so
 * that the files are there whole or not at all. Files the model reads from are never written to.
 *
 * @throws SenteiError `output-unwritable`, also for a model file of 2 GiB or more; `external-data` when a file the model
 *   refers to is missing; `invalid-option`; `unsupported-model` when subgraphs nest too deeply
 */
export async function writeModel(model: Model, path: string, options: WriteModelOptions = {}): Promise<void> {
  const { externalData = 'keep', durable = false } = options;
  const folder = dirname(resolve(path));
  const staged: Staged[] = [];
  const files = typeof externalData === 'string' ? [] : layOutExternalData(model, path, externalData);
  const kept = keptRanges(model, externalData === 'inline' ? 'all' : tensorsOf(files));
  // A model that is too large is refused before anything is written; where tensors go is only known later otherwise.
  const early = files.length > 0 ? undefined : encodeOrRefuse(model, path, placeBy(externalData, new Map()));
  const created = await makeFoldersFor(folder, path);
  try {
    await checkTargets(model, kept, files, folder, path);
    for (const range of kept) {
      const target = resolve(folder, range.location);
      if (await isSameFile(target, range.path)) continue;
      await makeFolders(dirname(target));
      staged.push(await stage(target, (beside) => copyWhole(range.path, beside, durable)));
    }
    const placements = new Map<Tensor, TensorPlacement>();
    for (const file of files) {
      const target = resolve(folder, file.location);
      await makeFolders(dirname(target));
      const hash = typeof externalData !== 'string' && externalData.checksum ? createHash('sha1') : undefined;
      const read = () => hashed(dataFilePieces(file), (piece) => hash?.update(piece));
      const chunks = [{ length: file.length, read }];
      staged.push(await stage(target, (beside) => writeChunks(beside, chunks, durable)));
      for (const [tensor, placement] of placementsOf(file, hash?.digest('hex')))
        placements.set(tensor, placement);
    }
    const chunks = early ?? encodeOrRefuse(model, path, placeBy(externalData, placements));
    staged.push(await stage(resolve(path), (beside) => writeChunks(beside, chunks, durable)));
    for (const each of staged) await putInPlace(each);
  } catch (cause) {
    for (const each of staged) await discard(each);
    if (created !== undefined) await removeEmptyFolders(folder, created);
    throw cause instanceof SenteiError ? cause : unwritable(path, cause);
  }
}

function placeBy(
  externalData: WriteModelOptions['externalData'],
  placements: ReadonlyMap<Tensor, TensorPlacement>,
): WriteOptions {
  if (externalData === 'keep') return {};
  return { place: externalData === 'inline' ? takeInline : (tensor) => placements.get(tensor) };
}

function encodeOrRefuse(model: Model, path: string, options: WriteOptions): Chunk[] {
  try {
    return encodeModelChunks(model, options);
  } catch (cause) {
    if (!(cause instanceof SenteiError) || !cause.message.includes('2 GiB')) throw cause;
    const hint = cause.hint === undefined ? {} : { hint: cause.hint };
    throw new SenteiError('output-unwritable', `${path}: ${cause.message}`, {
      subject: path,
      ...hint,
      cause,
    });
  }
}

function takeInline(tensor: Tensor): TensorPlacement | undefined {
  const { external } = tensor;
  if (external === undefined) return undefined;
  return { kind: 'inline', data: { length: tensor.byteLength, read: () => tensor.pieces() } };
}

function tensorsOf(files: readonly DataFile[]): Set<ExternalRange | undefined> {
  return new Set(files.flatMap(({ tensors }) => tensors.map(({ tensor }) => tensor.external)));
}

/** One range for each external file that stays, since not all that lies in it moves; parts of sparse tensors never do. */
function keptRanges(model: Model, moved: ReadonlySet<ExternalRange | undefined> | 'all'): ExternalRange[] {
  const staying =
    moved === 'all' ? sparseRanges(model) : externalRanges(model).filter((range) => !moved.has(range));
  return [...new Map(staying.map((range) => [range.path, range])).values()];
}

/** Every file gets a place of its own that is no folder and no source of another. */
async function checkTargets(
  model: Model,
  kept: readonly ExternalRange[],
  files: readonly DataFile[],
  folder: string,
  path: string,
): Promise<void> {
  const sources = new Set<string>();
  const known = new Map(externalRanges(model).map((range) => [range.path, range]));
  for (const range of known.values()) sources.add(await sourcePath(range));
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
  for (const range of kept) await claim(resolve(folder, range.location), await sourcePath(range));
  for (const file of files) await claim(resolve(folder, file.location), undefined);
  await claim(resolve(path), undefined);
}

async function isSameFile(path: string, source: string): Promise<boolean> {
  return (await realpath(path).catch(() => path)) === (await realpath(source));
}

function* hashed(pieces: Iterable<Uint8Array>, note: (piece: Uint8Array) => void): Generator<Uint8Array> {
  for (const piece of pieces) {
    note(piece);
    yield piece;
  }
}
