import type { Outputs } from '@sentei/data';
import type { Interval } from '@sentei/ir';
import { sampleStandardDeviation } from 'simple-statistics';
import { compareOutputs } from '../metrics/compare-outputs.ts';
import { divergence } from '../metrics/divergence.ts';
import { meanMetric } from '../metrics/metric.ts';
import { type BootstrapOptions, pairedBootstrap } from './paired-bootstrap.ts';

/** A mean over examples, and the range that is meant to hold it. */
export interface AgreementEstimate extends Interval {
  readonly mean: number;
  /** Sample standard deviation among runs; 0 of a single one. */
  readonly deviation: number;
  /** The example that agrees least. */
  readonly worst: number;
}

/** How far one output of a candidate is from the original's over many examples; no labels are needed. */
export interface OutputAgreement {
  readonly output: string;
  /** Sets of inputs that were run. */
  readonly runs: number;
  readonly elements: number;
  /** Largest over all. */
  readonly maximumAbsoluteError: number;
  /** Over all elements that are finite in both. */
  readonly meanAbsoluteError: number;
  /** Largest over all, as of `compareTensors`. */
  readonly maximumRelativeError: number;
  readonly nanMismatches: number;
  readonly infinityMismatches: number;
  /** NaN where one of the two has NaN or an infinity that the other has not. */
  readonly cosineSimilarity: AgreementEstimate;
  /** Nats; `undefined` where the last axis could not be classes. */
  readonly divergence: AgreementEstimate | undefined;
  /** Share of rows whose largest element is at the same place; `undefined` where rows have fewer than two. */
  readonly top1Agreement: AgreementEstimate | undefined;
}

const PLAIN = meanMetric({ name: 'agreement', lowerIsBetter: true, score: () => Number.NaN });

class Totals {
  elements = 0;
  absoluteErrors = 0;
  maximumAbsoluteError = 0;
  maximumRelativeError = 0;
  nanMismatches = 0;
  infinityMismatches = 0;
  readonly cosines: number[] = [];
  readonly divergences: number[] = [];
  readonly agreements: number[] = [];
}

/** Gathers how outputs agree, one run after the other: three numbers of each run are kept, for intervals, and no tensor. */
export class OutputAgreements {
  readonly #totals = new Map<string, Totals>();

  /**
   * Adds what both models gave for the same inputs.
   *
   * @throws SenteiError `invalid-data` naming the output that only one has, or that differs in type or shape
   */
  add(original: Outputs, candidate: Outputs): void {
    for (const [name, found] of Object.entries(compareOutputs(original, candidate))) {
      const [before, after] = [original[name], candidate[name]];
      const totals = this.#totals.get(name) ?? new Totals();
      this.#totals.set(name, totals);
      totals.elements += found.elements;
      totals.absoluteErrors += found.meanAbsoluteError * found.elements;
      totals.maximumAbsoluteError = Math.max(totals.maximumAbsoluteError, found.maximumAbsoluteError);
      totals.maximumRelativeError = Math.max(totals.maximumRelativeError, found.maximumRelativeError);
      totals.nanMismatches += found.nanMismatches;
      totals.infinityMismatches += found.infinityMismatches;
      // What is finite in both may agree perfectly; the outputs do not.
      const isBroken = found.nanMismatches + found.infinityMismatches > 0;
      totals.cosines.push(isBroken ? Number.NaN : found.cosineSimilarity);
      if (found.top1Agreement !== undefined) totals.agreements.push(found.top1Agreement);
      const nats = before && after && divergence(before, after);
      if (nats !== undefined) totals.divergences.push(nats);
    }
  }

  /** One for each output, in the order of the original's. */
  figures(options: BootstrapOptions = {}): readonly OutputAgreement[] {
    return [...this.#totals].map(([output, totals]) => ({
      output,
      runs: totals.cosines.length,
      elements: totals.elements,
      maximumAbsoluteError: totals.maximumAbsoluteError,
      meanAbsoluteError: totals.elements === 0 ? 0 : totals.absoluteErrors / totals.elements,
      maximumRelativeError: totals.maximumRelativeError,
      nanMismatches: totals.nanMismatches,
      infinityMismatches: totals.infinityMismatches,
      cosineSimilarity: estimate(totals.cosines, Math.min, options),
      divergence: totals.divergences.length > 0 ? estimate(totals.divergences, Math.max, options) : undefined,
      top1Agreement:
        totals.agreements.length > 0 ? estimate(totals.agreements, Math.min, options) : undefined,
    }));
  }
}

/** The mean of some values is their difference from as many zeros. */
function estimate(
  values: readonly number[],
  worse: (a: number, b: number) => number,
  options: BootstrapOptions,
): AgreementEstimate {
  const zeros = values.map(() => 0);
  const { candidate, lower, upper, confidence } = pairedBootstrap(PLAIN, zeros, values, options);
  const deviation = values.length < 2 ? 0 : sampleStandardDeviation([...values]);
  return {
    mean: candidate,
    deviation,
    worst: values.reduce((a, b) => worse(a, b)),
    lower,
    upper,
    confidence,
  };
}
