import { SenteiError } from '../errors.ts';
import type { Pass, PassFactory } from './pass.ts';
import { GROUPS } from './pass-group.ts';
import { readOptions } from './pipeline-json.ts';
import { DEEPEST } from './pipeline-option.ts';
import { syntaxError } from './pipeline-syntax.ts';

/** One pass of a pipeline, or a group of them, with its options as they are written. */
export interface PipelineStep {
  /** `cleanup`, `@acme/passes:fuse`, or the name of a group: `repeat`, `group`. */
  readonly id: string;
  readonly options: Readonly<Record<string, string>>;
  /** The passes of a group. */
  readonly steps?: readonly PipelineStep[];
}

/** Where passes are looked up: a list, or a `PassRegistry`, which knows those of packages too. */
export interface PassSource {
  /** The factory of a pass; undefined when there is none of that name. */
  find(name: string): PassFactory | undefined;
  /** The names there are, for the error about one that is not. */
  names(): readonly string[];
}

/**
 * Makes the passes of a pipeline from the factories at hand. A group is a pass that has `passes`.
 *
 * @throws SenteiError `unknown-pass`, `unknown-option`, `invalid-option`; `pipeline-syntax` for a group without passes
 */
export function instantiatePipeline(
  steps: readonly PipelineStep[],
  factories: readonly PassFactory[] | PassSource,
): Pass[] {
  const source = 'find' in factories && 'names' in factories ? factories : listed(factories);
  return instantiate(steps, source, 0);
}

function instantiate(steps: readonly PipelineStep[], source: PassSource, depth: number): Pass[] {
  if (depth > DEEPEST) throw syntaxError(`groups are nested deeper than ${DEEPEST}`);
  return steps.map(({ id, options, steps: inner }) => {
    const group = GROUPS.find((candidate) => candidate.id === id);
    if (inner === undefined) {
      if (group !== undefined) throw syntaxError(`${id} needs passes: ${id}(...)`);
      return findPass(id, source)(readOptions(id, options));
    }
    if (group !== undefined) return group(instantiate(inner, source, depth + 1), readOptions(id, options));
    findPass(id, source);
    throw syntaxError(`${id} is a pass and no group: it takes no passes of its own`);
  });
}

function findPass(id: string, source: PassSource): PassFactory {
  const factory = source.find(id);
  if (factory !== undefined) return factory;
  throw new SenteiError('unknown-pass', `there is no pass '${id}'`, {
    subject: id,
    hint: `the passes are ${source.names().join(', ')}`,
  });
}

function listed(factories: readonly PassFactory[]): PassSource {
  return {
    find: (name) => factories.find(({ id }) => id === name),
    names: () => factories.map(({ id }) => id),
  };
}
