import type { Feeds } from '@sentei/data';
import { SenteiError } from '@sentei/ir';
import { measurePlacement, type PlacementOptions } from './measure-placement.ts';
import type { Placement } from './placement.ts';

/** Where two models are computed, or one. */
export interface ModelPlacements {
  /** What they were run on. */
  readonly label: string;
  readonly original: Placement;
  readonly candidate?: Placement | undefined;
}

/** A model file, and what it is run on. */
export interface PlacedFile {
  readonly path: string;
  readonly feeds: Feeds;
  /** Fed as well, for inputs that a session hides. */
  readonly constants?: Feeds | undefined;
}

/**
 * Tells where models are computed before times of them are called times of a provider.
 *
 * @throws SenteiError `runtime-failed` when no node of a model runs on the provider that was asked for; what
 *   `measurePlacement` throws
 */
export async function placeModels(
  label: string,
  { original, candidate }: { readonly original: PlacedFile; readonly candidate?: PlacedFile | undefined },
  options: Omit<PlacementOptions, 'feeds' | 'constants'>,
): Promise<ModelPlacements> {
  const first = await place(original, options);
  if (candidate === undefined) return { label, original: first };
  return { label, original: first, candidate: await place(candidate, options) };
}

async function place(
  { path, ...fed }: PlacedFile,
  options: Omit<PlacementOptions, 'feeds' | 'constants'>,
): Promise<Placement> {
  const placement = await measurePlacement(path, { ...options, ...fed });
  refuseElsewhere(path, placement);
  return placement;
}

/** @throws SenteiError `runtime-failed` when no node of a model ran on the provider that was asked for */
export function refuseElsewhere(path: string, { executionProvider, ran, exceptions }: Placement): void {
  const nodes = Object.values(ran).reduce((total, count) => total + count, 0);
  if (exceptions.length < nodes || nodes === 0) return;
  throw new SenteiError(
    'runtime-failed',
    `${path}: none of its ${nodes} nodes runs on ${executionProvider}`,
    {
      subject: path,
      hint: 'ONNX Runtime has no kernels there for its operators and types: measure it on the CPU',
    },
  );
}
