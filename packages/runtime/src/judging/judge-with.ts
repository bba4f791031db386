import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Judge, Measurement, Model, Progress, Split } from '@sentei/ir';
import { SenteiError, writeModel } from '@sentei/ir';
import { pairedBootstrap } from '../evaluation/paired-bootstrap.ts';
import type { Metric } from '../metrics/metric.ts';
import { type EngineOptions, startEngine } from '../process/engine.ts';
import type { Session } from '../process/session.ts';

/** Where and with what trial models run. */
export interface TrialOptions extends Pick<EngineOptions, 'threads' | 'timeoutMs' | 'signal'> {
  /** Where trial models are written for the time of one measurement. */
  readonly folder: string;
  /** Called after each measurement with the number of measurements so far. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A judge that keeps each example's part of a figure, so that two models can be compared pair by pair. */
export type ExampleJudge = Required<Judge>;

/**
 * A judge that writes every model to a file of its own, loads it in a fresh process, and leaves nothing behind. A model whose
 * outputs are not numbers is infinitely bad.
 *
 * @param measureSession measures a loaded model; its scores are those of the metric
 * @param prepare is called before a model is written, to refuse what cannot be measured
 */
export function judgeWith<Score>(
  metric: Metric<Score>,
  options: TrialOptions,
  measureSession: (session: Session, split: Split) => Promise<Measurement>,
  prepare: (split: Split) => void,
): ExampleJudge {
  const { name, lowerIsBetter } = metric;
  let measurements = 0;
  const measureExamples = async (model: Model, split: Split): Promise<Measurement> => {
    prepare(split);
    measurements += 1;
    const trial = join(options.folder, `trial-${measurements}.onnx`);
    try {
      await writeModel(model, trial);
      return await measureFile(trial, options, (session) => measureSession(session, split));
    } catch (error) {
      if (!(error instanceof SenteiError && error.code === 'not-numbers')) throw error;
      return { value: lowerIsBetter ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY, scores: [] };
    } finally {
      await rm(trial, { force: true });
      options.onProgress?.({ message: 'candidates judged', done: measurements, total: measurements });
    }
  };
  return {
    metric: { name, lowerIsBetter },
    measureExamples,
    measure: async (model, split) => (await measureExamples(model, split)).value,
    dropInterval(original, candidate, confidence = 0.95) {
      // Without scores one of the models gave no numbers, and there is nothing to resample.
      if (original.scores.length === 0 || candidate.scores.length === 0) {
        return { lower: Number.POSITIVE_INFINITY, upper: Number.POSITIVE_INFINITY, confidence };
      }
      // Both are this judge's own measurements, as the interface demands.
      const [before, after] = [original.scores, candidate.scores] as [Score[], Score[]];
      const { lower, upper } = pairedBootstrap(metric, before, after, { confidence }).drop;
      return { lower, upper, confidence };
    },
  };
}

async function measureFile(
  path: string,
  { threads, timeoutMs, signal }: TrialOptions,
  measure: (session: Session) => Promise<Measurement>,
): Promise<Measurement> {
  const engine = await startEngine({ threads, timeoutMs, signal });
  try {
    return await measure(await engine.load(path));
  } finally {
    await engine.close();
  }
}
