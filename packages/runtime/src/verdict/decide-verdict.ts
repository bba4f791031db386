import { type Criterion, checkCriterion, type Finding, type Outcome, worse } from '@sentei/ir';
import { type Budget, CRITERIA, CRITERION_NAMES, type CriterionName } from './budget.ts';
import { formatInterval, formatPair, formatValue } from './format-figure.ts';
import type { CriterionResult, Figure, Verdict } from './types.ts';

/**
 * Holds figures against a budget. Every figure of a criterion's quantity has to be within its limit, and the worst is the one
 * reported. Without `confidence` the figure itself decides, with it the worse end of its interval; a speed-up whose interval
 * holds 1 counts as 1, "no difference". Pure: the order of the figures does not matter, and worse figures never turn fail
 * into pass.
 *
 * @param options `allowUnknown` lets criteria pass that nothing was measured for; they fail otherwise
 */
export function decideVerdict(
  figures: readonly Figure[],
  budget: Budget,
  { allowUnknown = false }: { readonly allowUnknown?: boolean | undefined } = {},
): Verdict {
  const criteria = CRITERION_NAMES.flatMap((name) => {
    const limit = budget[name];
    return limit === undefined ? [] : [decideCriterion(name, limit, budget.confidence, figures)];
  });
  const isGood = ({ outcome }: CriterionResult) =>
    outcome === 'pass' || (outcome === 'unknown' && allowUnknown);
  return { outcome: criteria.every(isGood) ? 'pass' : 'fail', criteria, budget, allowUnknown };
}

interface Candidate {
  readonly figure: Figure;
  readonly finding: Finding;
}

const RANK: Readonly<Record<Outcome, number>> = { fail: 0, unknown: 1, pass: 2 };

function decideCriterion(
  name: CriterionName,
  limit: number,
  confidence: number | undefined,
  figures: readonly Figure[],
): CriterionResult {
  const { quantity, bound, neutral, isWhole } = CRITERIA[name];
  const criterion: Criterion = { bound, limit, neutral, confidence: isWhole ? undefined : confidence };
  const candidates = figures
    .filter((figure) => figure.quantity === quantity)
    .map((figure) => ({ figure, finding: checkCriterion(criterion, figure) }));
  const [worst] = candidates.sort((a, b) => compare(criterion, a, b));
  const given = { name, quantity, limit };
  if (worst === undefined) {
    const reason = `${quantity} was not measured`;
    return { ...given, where: null, measured: null, interval: null, outcome: 'unknown', reason };
  }
  const { figure, finding } = worst;
  return {
    ...given,
    where: figure.where,
    measured: figure.value,
    interval: figure.interval,
    outcome: finding.outcome,
    reason: explain(name, criterion, worst),
  };
}

/** The worst first; equals by what they were measured on, so that the order they came in does not matter. */
function compare(criterion: Criterion, a: Candidate, b: Candidate): number {
  const byOutcome = RANK[a.finding.outcome] - RANK[b.finding.outcome];
  if (byOutcome !== 0) return byOutcome;
  const [x, y] = [a.finding.decisive, b.finding.decisive];
  if (x !== null && y !== null && !Object.is(x, y)) return Object.is(worse(criterion, x, y), x) ? -1 : 1;
  const [first, second] = [a, b].map(({ figure: { where, value, interval, reason } }) =>
    JSON.stringify([where, String(value), interval, reason]),
  );
  return (first ?? '') < (second ?? '') ? -1 : 1;
}

function explain(name: CriterionName, criterion: Criterion, { figure, finding }: Candidate): string {
  const { quantity, unit } = CRITERIA[name];
  const { where, value, interval, reason } = figure;
  if (finding.basis === 'nothing measured' || finding.decisive === null) {
    if (value === null) return `${quantity} (${where}) is not known: ${reason ?? 'it was not measured'}`;
    const wanted = criterion.confidence === undefined ? '' : ` of confidence ${criterion.confidence}`;
    return `${quantity} (${where}) has no interval${wanted}, which the budget asks for`;
  }
  const [decisive, limit] = formatPair(finding.decisive, criterion.limit, unit);
  const against = `${finding.outcome === 'pass' ? 'within' : 'not within'} the limit, ${criterion.bound} ${limit}`;
  const measured = formatValue(value ?? Number.NaN, unit);
  const range = interval ? ` ${formatInterval(interval, unit)}` : '';
  switch (finding.basis) {
    case 'interval': {
      const end = criterion.bound === 'at most' ? 'upper' : 'lower';
      return `${quantity} (${where}) is ${measured}${range}; its ${end} end ${decisive} is ${against}`;
    }
    case 'no difference':
      return `${quantity} (${where}) is ${measured}${range}, no difference: ${decisive} is ${against}`;
    default:
      return `${quantity} (${where}) is ${decisive}${range}, ${against} (the figure itself decides)`;
  }
}
