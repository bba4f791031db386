import type { Placement } from '@sentei/runtime';
import type { Report } from '../json/types.ts';

/** What a machine costs and how much is asked of it. */
export interface Pricing {
  /** Price of an hour of the machine that was measured on, in any currency. */
  readonly pricePerHour?: number | undefined;
  /** Written before amounts. Default: none. */
  readonly currency?: string | undefined;
  readonly inferencesPerDay?: number | undefined;
}

/** A range that is meant to hold a figure. */
export interface Range {
  readonly lower: number;
  readonly upper: number;
}

/** Times of one model at one size, in milliseconds. */
export interface LatencyFigure {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  /** Confidence interval of the median. */
  readonly interval?: Range | undefined;
  /** Times of single runs. */
  readonly times?: readonly number[] | undefined;
}

/** Times of both models on the same inputs. */
export interface LatencyPoint {
  readonly label: string;
  /** Where and how it was measured, as `cpu, 2 threads`: points of one group may be joined by a line. */
  readonly group: string;
  readonly batch?: number | undefined;
  readonly length?: number | undefined;
  readonly original: LatencyFigure;
  readonly candidate: LatencyFigure;
  /** Time of the original over time of the candidate. */
  readonly speedup: number;
  /** Interval of the speed-up, and what it is: `95 % interval` or `quartiles`. */
  readonly speedupRange?: (Range & { readonly kind: string }) | undefined;
  /** `faster`, `slower` or `no difference`, where it was decided. */
  readonly verdict?: string | undefined;
}

/** One reason for a verdict. */
export interface VerdictReason {
  readonly outcome: 'pass' | 'fail' | 'unknown';
  readonly reason: string;
}

/** Where a model ran. */
export interface PlacedModel {
  readonly model: string;
  readonly placement: Placement;
}

/** Everything a page is made from. What is absent is shown as not measured. */
export interface PageInput {
  readonly report: Report;
  /** Other files that were measured on the same pair of models, as they were parsed. */
  readonly validation?: unknown;
  readonly benchmark?: unknown;
  readonly pricing?: Pricing | undefined;
}
