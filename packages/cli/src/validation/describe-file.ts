import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readModel } from '@sentei/ir';
import type { Figure, ValidatedModel } from '@sentei/runtime';
import { externalLocations, readFileFacts } from '../file-facts.ts';

/**
 * Size and hash of a model file, and the size of the files beside it that hold its weights.
 *
 * @throws SenteiError as `readModel`
 */
export async function describeFile(path: string): Promise<ValidatedModel> {
  const model = await readModel(path);
  let externalBytes = 0;
  for (const location of externalLocations(model)) {
    const found = await stat(join(dirname(path), location)).catch(() => undefined);
    externalBytes += found?.size ?? 0;
  }
  return { ...(await readFileFacts(path)), externalBytes };
}

/** What the candidate takes on a disk, relative to the original. */
export function sizeFigure(original: ValidatedModel, candidate: ValidatedModel): Figure {
  const bytes = ({ fileBytes, externalBytes }: ValidatedModel) => fileBytes + externalBytes;
  const value = bytes(candidate) / bytes(original);
  return { quantity: 'size ratio', where: 'model files', value, interval: null };
}
