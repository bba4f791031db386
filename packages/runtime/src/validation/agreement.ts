import { type Dataset, type Outputs, runExamples } from '@sentei/data';
import { type Interval, type Progress, SenteiError } from '@sentei/ir';
import { mean, sampleStandardDeviation } from 'simple-statistics';
import { cancellable, checkNumbers } from '../evaluation/evaluate.ts';
import { pairedBootstrap } from '../evaluation/paired-bootstrap.ts';
import { compareTensors, type OutputComparison } from '../metrics/compare-outputs.ts';
import { divergence } from '../metrics/divergence.ts';
import { meanMetric } from '../metrics/metric.ts';
import type { ModelPair } from './model-pair.ts';

/** A figure of agreement: its mean over examples, how far it varies among them, and the interval of the mean. */
export interface AgreementStatistic {
  readonly mean: number;
  readonly deviation: number;
  readonly interval: Interval | null;
}

/** How far one output agrees with the original's on held-out examples; no labels are needed. */
export interface AgreementFigure {
  readonly output: string;
  readonly where: string;
  readonly examples: number;
  readonly cosine: AgreementStatistic;
  /** Of the softmax along the last axis, nats; `null` where outputs have no axis that could be classes. */
  readonly divergence: AgreementStatistic | null;
  /** Share of rows with the largest element at the same place. */
  readonly top1: AgreementStatistic | null;
}

export interface AgreementOptions {
  /** Examples looked at, spread evenly over the data. */
  readonly examples: number;
  /** Whether NaN among the outputs is an error; it makes figures NaN otherwise. Default: true. */
  readonly strict?: boolean | undefined;
  readonly confidence?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (progress: Progress) => void;
}

interface Scores {
  readonly cosine: number[];
  readonly divergence: number[];
  readonly top1: number[];
}

const SAME = meanMetric({ name: 'agreement', lowerIsBetter: true, score: () => Number.NaN });

/**
 * Runs both models on held-out examples and compares their outputs.
 *
 * @throws SenteiError as `compareQualityOnData`, and `models-differ` when outputs of the two have different shapes
 */
export async function compareAgreement(
  pair: ModelPair,
  dataset: Dataset,
  options: AgreementOptions,
): Promise<readonly AgreementFigure[]> {
  const { examples, strict = true, confidence = 0.95, signal, onProgress } = options;
  const count = Math.min(examples, dataset.size);
  const scores = new Map<string, Scores>();
  const message = `outputs on ${dataset.name}`;
  for (let index = 0; index < count; index += 1) {
    onProgress({ message, done: index, total: count });
    const from = Math.floor((index * dataset.size) / count);
    const [original, candidate] = await pair.insist(message, async (session) => {
      const sets: Outputs[] = [];
      const range = { from, to: from + 1, signal, signature: session };
      const running = runExamples(dataset, (feeds) => session.run(feeds), range);
      for await (const { example, outputs } of cancellable(running, dataset, signal)) {
        for (const each of strict ? outputs : []) checkNumbers(each, example);
        sets.push(...outputs);
      }
      return sets;
    });
    for (const [set, outputs] of original.entries()) addScores(scores, outputs, candidate[set] ?? {});
  }
  onProgress({ message, done: count, total: count });
  return [...scores].map(([output, { cosine, divergence: nats, top1 }]) => ({
    output,
    where: dataset.name,
    examples: cosine.length,
    cosine: describe(cosine, confidence),
    divergence: nats.length === cosine.length ? describe(nats, confidence) : null,
    top1: top1.length === cosine.length ? describe(top1, confidence) : null,
  }));
}

function addScores(scores: Map<string, Scores>, original: Outputs, candidate: Outputs): void {
  for (const [name, before] of Object.entries(original)) {
    const after = candidate[name];
    if (!after) continue;
    const found = compare(name, before, after);
    const known = scores.get(name) ?? { cosine: [], divergence: [], top1: [] };
    scores.set(name, known);
    known.cosine.push(found.cosineSimilarity);
    const nats = divergence(before, after);
    if (nats !== undefined) known.divergence.push(nats);
    if (found.top1Agreement !== undefined) known.top1.push(found.top1Agreement);
  }
}

/** An output of another shape is a fault of the candidate. */
function compare(name: string, before: Outputs[string], after: Outputs[string]): OutputComparison {
  try {
    return compareTensors(before, after);
  } catch (cause) {
    if (!(cause instanceof SenteiError)) throw cause;
    throw new SenteiError('models-differ', `output '${name}' of the pruned model: ${cause.message}`, {
      subject: name,
      hint: 'give the original that it was made from',
      cause,
    });
  }
}

function describe(values: readonly number[], confidence: number): AgreementStatistic {
  const average = mean([...values]);
  if (values.length < 2) return { mean: average, deviation: 0, interval: null };
  const { lower, upper } = pairedBootstrap(SAME, new Array<number>(values.length).fill(0), values, {
    confidence,
  });
  return {
    mean: average,
    deviation: sampleStandardDeviation([...values]),
    interval: { lower, upper, confidence },
  };
}
