import {
  constantTensor,
  definePass,
  type Executor,
  type PassContext,
  type Refusal,
  type Tensor,
  type Value,
} from '@sentei/ir';
import { z } from 'zod';
import { evaluate } from './folding/evaluate.ts';
import { computeResults } from './folding/execute.ts';
import { planBatches } from './folding/plan-batches.ts';
import { type Result, selectFolds } from './folding/select.ts';
import { writeDown } from './folding/write-down.ts';
import { roundsSchema } from './rule-pass.ts';
import { runRules } from './run-rules.ts';
import { isPlain, type Survey } from './survey.ts';
import type { Rewrite, Rule } from './types.ts';

/** Results beyond this size are not even computed. */
export const LARGEST_FOLD = 65_536;

/** Times that what is left after refusals is tried again. */
const MOST_ATTEMPTS = 4;

/** Bytes that all results of one round may take in memory. */
const LARGEST_ROUND = 2 ** 28;

/** Limits of constant folding. */
export interface FoldSettings {
  /** Bytes that one result may take. */
  readonly limit: number;
  /** Whether the file may grow by a result. */
  readonly grow: boolean;
}

const schema = roundsSchema.extend({
  limit: z
    .int()
    .min(0)
    .max(2 ** 30)
    .default(LARGEST_FOLD)
    .describe('bytes that one result may take'),
  grow: z.boolean().default(false).describe('write results down even where the file grows by them'),
});

const ID = 'fold-constants';
const DESCRIPTION = 'Computes what does not depend on inputs, where the file does not grow by it.';

/** Folds what the package computes itself: arithmetic on shapes and masks. Needs no executor. */
export const foldConstantsRule: Rule = {
  id: ID,
  description: DESCRIPTION,
  find: (survey) => findFolds(survey, { limit: LARGEST_FOLD, grow: false }, new Map()),
};

/** Folds constants and returns the number of nodes replaced by their result. */
export function foldConstants(survey: Survey): number {
  return foldConstantsRule.find(survey).filter((rewrite) => rewrite.apply()).length;
}

/** The rule for one run over one model: what the executor of the context has computed is kept from round to round. */
export function createFoldRule(settings: FoldSettings): Rule {
  const results = new Map<Value, Result>();
  const failed = new Set<Value>();
  const compute = async (survey: Survey, executor: Executor, signal?: AbortSignal): Promise<Refusal[]> => {
    for (const [value, { tensor }] of results) if (tensor === undefined) results.delete(value);
    const known = evaluateAll(survey, settings.limit, results);
    const batches = planBatches(known, failed, survey, settings.limit);
    for (const batch of batches) for (const [value, result] of batch.results) results.set(value, result);
    const all = evaluateAll(survey, settings.limit, results);
    const wanted = selectFolds(all, survey, { grow: settings.grow, uncomputed: true });
    const refusals: Refusal[] = [];
    for (const batch of batches) {
      const values = wanted.filter((value) => batch.results.has(value));
      const { tensors, failures } = await computeResults(batch, values, executor, signal);
      for (const [value, tensor] of tensors) results.set(value, resultOf(tensor));
      for (const [value, reason] of failures) {
        failed.add(value);
        refusals.push({ kind: 'refusal', name: ID, nodes: [`${value.producer ?? value}`], reason });
      }
    }
    return refusals;
  };
  const prepare = async (survey: Survey, { executor, signal }: PassContext): Promise<Refusal[]> => {
    results.clear();
    const refusals: Refusal[] = [];
    if (executor === undefined) return refusals;
    // What a refused node reads may still be computed: the next attempt takes it for a result of its own.
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const found = await compute(survey, executor, signal);
      if (found.length === 0) break;
      for (const refusal of found) refusals.push(refusal);
    }
    return refusals;
  };
  return {
    id: ID,
    description: DESCRIPTION,
    prepare,
    find: (survey) => findFolds(survey, settings, results),
  };
}

/** Constant folding as a pass: through the executor of the context where there is one. */
export const foldConstantsPass = definePass({
  id: ID,
  description: DESCRIPTION,
  guarantee: 'exact',
  schema,
  propose: (model, context, { rounds, limit, grow }) =>
    runRules([createFoldRule({ limit, grow })], model, context, rounds),
});

function findFolds(
  survey: Survey,
  { limit, grow }: FoldSettings,
  results: ReadonlyMap<Value, Result>,
): Rewrite[] {
  const known = evaluateAll(survey, limit, results);
  return selectFolds(known, survey, { grow, uncomputed: false }).flatMap((value) => {
    const tensor = known.get(value)?.tensor;
    const subject = value.producer;
    if (tensor === undefined || subject === null) return [];
    return [{ subject, apply: () => writeDown(value, tensor, survey) }];
  });
}

/** Every value that can be computed now, results of other computed values included, in order. */
function evaluateAll(survey: Survey, limit: number, results: ReadonlyMap<Value, Result>): Map<Value, Result> {
  const known = new Map<Value, Result>();
  const constant = (value: Value | null | undefined) =>
    constantTensor(value) ?? (value ? known.get(value)?.tensor : undefined);
  let bytes = 0;
  for (const graph of survey.model.graphs()) {
    for (const node of graph.nodes()) {
      const [output] = node.outputs;
      if (output === undefined || output.name === '' || node.opType === 'Constant' || !isPlain(node))
        continue;
      const tensor =
        bytes < LARGEST_ROUND ? evaluate(node, (i) => constant(node.inputs[i]), survey, limit) : undefined;
      const result = tensor === undefined ? results.get(output) : resultOf(tensor);
      if (result === undefined) continue;
      known.set(output, result);
      bytes += tensor?.byteLength ?? 0;
    }
  }
  return known;
}

function resultOf(tensor: Tensor): Result {
  const { dataType, dims, byteLength } = tensor;
  return { dataType, dims, byteLength, tensor };
}
