/** A range that is meant to hold a figure; a confidence of 0.95 is a 95 % interval. */
export interface Interval {
  readonly lower: number;
  readonly upper: number;
  readonly confidence: number;
}

/** What a figure is held against. */
export interface Criterion {
  /** On which side of the limit figures are good; the limit itself is. */
  readonly bound: 'at most' | 'at least';
  readonly limit: number;
  /**
   * With it the worse end of an interval of at least this confidence has to be within the limit; without, the figure
   * itself.
   */
  readonly confidence?: number | undefined;
  /** A value that means "no difference": a figure counts as it when its interval holds it. Needs an interval. */
  readonly neutral?: number | undefined;
}

/** A figure; `value` is `null` where nothing could be measured. */
export interface Measured {
  readonly value: number | null;
  readonly interval?: Interval | null | undefined;
}

/** What became of a figure: `unknown` when what the criterion asks for was not measured. */
export type Outcome = 'pass' | 'fail' | 'unknown';

/** The outcome, the number that decided, and which number of the figure that is. */
export interface Finding {
  readonly outcome: Outcome;
  readonly decisive: number | null;
  readonly basis: 'figure' | 'interval' | 'no difference' | 'nothing measured' | 'no interval';
}

/**
 * Holds one figure against one criterion: the only place where anything is found to be within a budget. NaN never is. A
 * figure that is worse in its value and in both ends of its interval never gets a better outcome.
 */
export function checkCriterion(criterion: Criterion, { value, interval }: Measured): Finding {
  if (value === null) return { outcome: 'unknown', decisive: null, basis: 'nothing measured' };
  if (criterion.confidence !== undefined) {
    if (!interval || interval.confidence < criterion.confidence) {
      // The worse end of an interval would be no better than the figure.
      const alone = found(criterion, value, 'figure');
      return alone.outcome === 'fail' ? alone : { outcome: 'unknown', decisive: null, basis: 'no interval' };
    }
    const end = criterion.bound === 'at most' ? interval.upper : interval.lower;
    return found(criterion, worse(criterion, end, value), 'interval');
  }
  const { neutral } = criterion;
  if (neutral === undefined) return found(criterion, value, 'figure');
  if (!interval) return { outcome: 'unknown', decisive: null, basis: 'no interval' };
  const isNeutral = interval.lower <= neutral && neutral <= interval.upper;
  return isNeutral ? found(criterion, neutral, 'no difference') : found(criterion, value, 'figure');
}

/** The worse of two numbers under a criterion; NaN is the worst of all. */
export function worse({ bound }: Pick<Criterion, 'bound'>, a: number, b: number): number {
  return bound === 'at most' ? Math.max(a, b) : Math.min(a, b);
}

function found(criterion: Criterion, decisive: number, basis: Finding['basis']): Finding {
  const { bound, limit } = criterion;
  const isWithin = bound === 'at most' ? decisive <= limit : decisive >= limit;
  return { outcome: isWithin ? 'pass' : 'fail', decisive, basis };
}
