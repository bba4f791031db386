import { rename } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { encodeModelChunks } from '../codec/write-model.ts';
import type { Model } from '../graph/model.ts';
import { takeSnapshot } from '../graph/snapshot.ts';
import { makeFoldersFor, refuseFolder, stage, unwritable, writeChunks } from './stage.ts';

/**
 * Writes what a model would be after a change, and leaves the model as it is. Weights are written from where they lie;
 * external data is referred to and not copied, so whoever loads the file has to be told `model.folder`.
 *
 * @param change is called at once, before anything is waited for
 * @throws SenteiError `output-unwritable`; `unsupported-model` for a file of 2 GiB or more; what `change` throws
 */
export async function writeChanged(
  model: Model,
  path: string,
  change: (model: Model) => void,
): Promise<void> {
  const chunks = encodeChanged(model, change);
  await makeFoldersFor(dirname(resolve(path)), path);
  try {
    await refuseFolder(path);
    const { beside, target } = await stage(resolve(path), (place) => writeChunks(place, chunks, false));
    await rename(beside, target);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function encodeChanged(model: Model, change: (model: Model) => void) {
  const undo = takeSnapshot(model);
  try {
    change(model);
    return encodeModelChunks(model);
  } finally {
    undo();
  }
}
