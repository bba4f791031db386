import { parseOptions, seededRandom } from '@sentei/ir';
import { z } from 'zod';
import {
  PERCENTILE_SOURCE,
  SAMPLE_SIZE_SOURCE,
  samplesForPercentile,
  samplesToDetect,
  thresholdShare,
} from './sample-size.ts';
import type { GateStep, RolloutInput, RolloutPlan, RolloutStep, WatchedFigure, WatchRule } from './types.ts';

const schema = z.strictObject({
  shares: z.array(z.number().gt(0).max(1)).min(1).default([0.01, 0.05, 0.25, 0.5, 1]),
  power: z.number().gt(0).lt(1).default(0.8),
  confidence: z.number().gt(0).lt(1).default(0.95),
  seed: z.int().min(0).default(0),
});

/** Shares of the steps, power, confidence of the whole roll-out, and the seed of who takes part. */
export type RolloutOptions = z.input<typeof schema>;

/** A figure without a budget is watched for a change of this many standard deviations: Cohen's small effect. */
const SMALL_EFFECT = 0.2;

/**
 * Plans how a pruned model takes the original's place step by step: which share of the requests it answers, what is watched
 * on those, how many of them it takes to notice a loss at the budget, and from what value on the step is rolled back. The
 * false alarms of all steps together are held below one less `confidence` (Bonferroni). A model with gates has steps by
 * gates as well, each of which skips more of them.
 *
 * @throws SenteiError `invalid-option`
 */
export function planRollout(input: RolloutInput, options: RolloutOptions = {}): RolloutPlan {
  const { shares, power, confidence, seed } = parseOptions(schema, options);
  const rising = [...new Set(shares)].sort((a, b) => a - b);
  const perStep = 1 - (1 - confidence) / rising.length;
  const certainty = { power, confidence: perStep };
  const figures = input.figures.map((figure) => watchRule(figure, certainty));
  const slow = samplesForPercentile(0.95, confidence);
  const steps = rising.map((share): RolloutStep => {
    const needed = Math.max(slow, ...figures.map(({ samples }) => samples ?? 0));
    return { share, requests: Math.ceil(needed / share) };
  });
  return {
    version: 1,
    kind: input.gates === null ? 'files' : 'gates',
    of: 'requests',
    assignment: {
      seed,
      rule: 'a request takes part when SHA-256 of "seed:id", as a number from 0 to 1, is below the share',
    },
    power,
    confidence,
    confidencePerStep: perStep,
    watch: figures,
    latency: {
      figure: 'p95 of the pruned model over p95 of the original, in the same period',
      expected: input.latency?.ratio ?? null,
      rollBackAbove: 1 / (input.latency?.minSpeedup ?? 1),
      samples: slow,
      source: PERCENTILE_SOURCE,
    },
    steps,
    gateSteps: input.gates === null ? null : planGates(input.gates.skipped, rising, seed),
    source: SAMPLE_SIZE_SOURCE,
  };
}

function watchRule(
  figure: WatchedFigure,
  certainty: { readonly power: number; readonly confidence: number },
): WatchRule {
  const { name, needsLabels, worse, expected, deviation, budget } = figure;
  const sign = worse === 'higher' ? 1 : -1;
  const margin = budget === null ? SMALL_EFFECT * deviation : sign * (budget - expected);
  const samples = samplesToDetect(margin, deviation, certainty);
  const given = { name, needsLabels, worse, expected, deviation, budget, margin };
  if (!Number.isFinite(samples)) {
    const note =
      budget === null
        ? 'it did not vary while validating; give it a limit in the budget'
        : 'the budget leaves no room for chance';
    return { ...given, samples: null, rollBackAt: budget, note };
  }
  const rollBackAt = expected + sign * margin * thresholdShare(certainty);
  const note =
    budget === null
      ? 'no budget of its own: watched for a change of 0.2 standard deviations'
      : 'a loss at the budget is noticed with the power asked for';
  return { ...given, samples, rollBackAt, note };
}

/** Gates come in an order that the seed decides; each step skips those of the one before. */
function planGates(skipped: readonly boolean[], shares: readonly number[], seed: number): GateStep[] {
  const random = seededRandom(seed);
  const order = skipped
    .flatMap((isSkipped, gate) => (isSkipped ? [{ gate, key: random.uniform() }] : []))
    .sort((a, b) => a.key - b.key || a.gate - b.gate)
    .map(({ gate }) => gate);
  const steps = new Map<number, GateStep>();
  for (const share of shares) {
    const count = Math.ceil(share * order.length);
    const chosen = new Set(order.slice(0, count));
    if (!steps.has(count)) steps.set(count, { share, skip: skipped.map((_, gate) => chosen.has(gate)) });
  }
  return [...steps.values()];
}
