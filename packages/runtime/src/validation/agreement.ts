import { type Dataset, type Outputs, runExamples } from '@sentei/data';
import { type Interval, type Progress, SenteiError } from '@sentei/ir';
import { cancellable, checkNumbers } from '../evaluation/evaluate.ts';
import { type AgreementEstimate, OutputAgreements } from '../evaluation/output-agreement.ts';
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
  const agreements = new OutputAgreements();
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
    for (const [set, outputs] of original.entries()) add(agreements, outputs, candidate[set] ?? {});
  }
  onProgress({ message, done: count, total: count });
  return agreements.figures({ confidence }).map((figure) => ({
    output: figure.output,
    where: dataset.name,
    examples: figure.runs,
    cosine: statistic(figure.cosineSimilarity, figure.runs),
    divergence: figure.divergence ? statistic(figure.divergence, figure.runs) : null,
    top1: figure.top1Agreement ? statistic(figure.top1Agreement, figure.runs) : null,
  }));
}

/** Outputs of another name, type or shape are a fault of the candidate. */
function add(agreements: OutputAgreements, original: Outputs, candidate: Outputs): void {
  try {
    agreements.add(original, candidate);
  } catch (cause) {
    if (!(cause instanceof SenteiError)) throw cause;
    throw new SenteiError('models-differ', `the pruned model: ${cause.message}`, {
      ...(cause.subject !== undefined && { subject: cause.subject }),
      hint: 'give the original that it was made from',
      cause,
    });
  }
}

/** A single run has no interval. */
function statistic(
  { mean, deviation, lower, upper, confidence }: AgreementEstimate,
  runs: number,
): AgreementStatistic {
  return { mean, deviation, interval: runs < 2 ? null : { lower, upper, confidence } };
}
