import type { Feeds } from '@sentei/data';
import { describeSize, sizesFor, synthesizedFeeds } from '../inputs/input-sizes.ts';
import type { PlacementOptions } from '../placement/measure-placement.ts';
import { type ModelPlacements, placeModels } from '../placement/place-models.ts';
import type { ModelPair } from './model-pair.ts';

/** Tried from long to short: long inputs reach more of a model, and position tables set limits. */
const LENGTHS = [2048, 512, 128, 16] as const;

/**
 * Tells where two models are computed, on inputs made up for the original.
 *
 * @param paths `constants` are fed to the candidate for inputs that the original does not have
 * @returns undefined when the original runs on none of them
 * @throws SenteiError `unsupported-model` when no inputs can be made up; as `ModelPair.run` and `placeModels`
 */
export async function comparePlacement(
  pair: ModelPair,
  paths: { readonly original: string; readonly candidate: string; readonly constants: Feeds },
  options: Omit<PlacementOptions, 'feeds' | 'constants'>,
): Promise<ModelPlacements | undefined> {
  const { inputs } = pair.signature;
  for (const size of sizesFor(inputs, LENGTHS, [1]).toReversed()) {
    const label = describeSize(size);
    const feeds = synthesizedFeeds(inputs, size);
    const { ran } = await pair.run(`at ${label}`, async (onOriginal, onCandidate) => {
      await onOriginal((session) => session.time(feeds, 1));
      await onCandidate((session) => session.time(feeds, 1));
    });
    if (!ran) continue;
    const { original, candidate, constants } = paths;
    const files = { original: { path: original, feeds }, candidate: { path: candidate, feeds, constants } };
    return placeModels(label, files, options);
  }
  return undefined;
}
