import type { Feeds } from '@sentei/data';
import { SenteiError } from '@sentei/ir';
import type { ValueSignature } from '../process/protocol.ts';
import type { BenchmarkPoint } from './benchmark.ts';

/** Inputs to measure at, or what makes them for the inputs of a model. */
export type PointSource =
  | readonly BenchmarkPoint[]
  | ((inputs: readonly ValueSignature[]) => readonly BenchmarkPoint[] | Promise<readonly BenchmarkPoint[]>);

/** One point, with the feeds of each model. */
export interface Place {
  readonly label: string;
  readonly feeds: readonly Feeds[];
}

/**
 * Gives every model its feeds at each point. What is an input of the first model is fed the same to all of them; an input
 * that only another one has, such as its gates, gets the constant of its name, else what the source makes for that model.
 *
 * @param signatures inputs of each model, the original's first
 * @throws SenteiError `invalid-option` without points, or what the source throws
 */
export async function findPlaces(
  points: PointSource,
  signatures: readonly (readonly ValueSignature[])[],
  constants: Feeds = {},
): Promise<readonly Place[]> {
  const made = await Promise.all(
    signatures.map(async (inputs) => (typeof points === 'function' ? points(inputs) : points)),
  );
  const [first = []] = made;
  if (first.length === 0) throw new SenteiError('invalid-option', 'points: none are given');
  return first.map(({ label, feeds }, index) => ({
    label,
    feeds: signatures.map((inputs, model): Feeds => {
      const own = made[model]?.[index]?.feeds ?? {};
      const entries = inputs.flatMap(({ name }) => {
        const tensor = feeds[name] ?? constants[name] ?? own[name];
        return tensor === undefined ? [] : [[name, tensor] as const];
      });
      return Object.fromEntries(entries);
    }),
  }));
}
