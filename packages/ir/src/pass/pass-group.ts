import { z } from 'zod';
import type { Model } from '../graph/model.ts';
import { checkOptions } from './check-options.ts';
import type { Decision, Guarantee, Pass, PassContext, Proposal, Proposals } from './pass.ts';

/** Passes that run as one. The pass manager runs them one by one, each with a record of its own. */
export interface PassGroup extends Pass {
  readonly passes: readonly Pass[];
  /** How often they run at most; they stop before when a round applies nothing. */
  readonly rounds: number;
}

/** Makes groups: call it with passes and options. */
export interface GroupFactory {
  /** Makes a group. @throws SenteiError `unknown-option`, `invalid-option` */
  (passes: readonly Pass[], options?: Readonly<Record<string, unknown>>): PassGroup;
  readonly id: string;
  readonly description: string;
}

const MOST_ROUNDS = 1000;
const WEAKEST_LAST: readonly Guarantee[] = ['exact', 'bounded', 'empirical'];

/**
 * Runs passes over and over until a whole round applies no patch: `repeat{rounds=20}(fold, dead-code)`.
 *
 * Options: `rounds`, how often at most, 1 to 1,000 (default 20).
 */
export const repeat: GroupFactory = defineGroup(
  'repeat',
  'Runs its passes until they change nothing.',
  z.strictObject({ rounds: z.int().min(1).max(MOST_ROUNDS).default(20) }),
  ({ rounds }) => rounds,
);

/** Runs passes once, as a part of a pipeline with a name: `group{name="first aid"}(fold, dead-code)`. */
export const group: GroupFactory = defineGroup(
  'group',
  'Runs its passes once.',
  z.strictObject({ name: z.string().default('') }),
  () => 1,
);

export const GROUPS: readonly GroupFactory[] = [repeat, group];

/** What groups are called in pipelines. */
export const PIPELINE_GROUPS: readonly string[] = GROUPS.map(({ id }) => id);

/** Whether a pass is a group of others. */
export function isPassGroup(pass: Pass): pass is PassGroup {
  return 'passes' in pass && 'rounds' in pass;
}

function defineGroup<Schema extends z.ZodObject>(
  id: string,
  description: string,
  schema: Schema,
  roundsOf: (options: z.output<Schema>) => number,
): GroupFactory {
  const create = (passes: readonly Pass[], options: Readonly<Record<string, unknown>> = {}): PassGroup => {
    const values = checkOptions(id, schema, options);
    const rounds = roundsOf(values);
    const ranks = passes.map(({ guarantee }) => WEAKEST_LAST.indexOf(guarantee));
    return {
      id,
      description,
      guarantee: WEAKEST_LAST[Math.max(0, ...ranks)] ?? 'exact',
      options: values,
      passes,
      rounds,
      propose: (model, context) => proposeAll(passes, rounds, model, context),
    };
  };
  return Object.assign(create, { id, description });
}

/** For those who compose passes without the pass manager. */
async function* proposeAll(
  passes: readonly Pass[],
  rounds: number,
  model: Model,
  context: PassContext,
): Proposals {
  for (let round = 0; round < rounds; round++) {
    let isChanged = false;
    for (const pass of passes) {
      if (yield* relay(pass.propose(model, context))) isChanged = true;
    }
    if (!isChanged) return;
  }
}

/** Hands proposals on, and tells whether one of them was applied. */
async function* relay(proposals: Proposals): AsyncGenerator<Proposal, boolean, Decision> {
  let isChanged = false;
  try {
    let step = await proposals.next('refused');
    while (!step.done) {
      const decision = yield step.value;
      if (decision === 'applied') isChanged = true;
      step = await proposals.next(decision);
    }
  } finally {
    await proposals.return();
  }
  return isChanged;
}
