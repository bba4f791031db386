import type { Example } from '@sentei/data';
import { parseOptions, SenteiError } from '@sentei/ir';
import { z } from 'zod';
import type { Signature } from '../process/protocol.ts';
import { accuracy } from './accuracy.ts';
import { byteLanguageModelNames } from './bits-per-byte.ts';
import { f1 } from './f1.ts';
import { chooseOutput, floatOutputs, languageModelNames, listValues, tokenRoles } from './find-roles.ts';
import type { Metric } from './metric.ts';
import { bitsPerByte, bitsPerByteOfTokens, nextTokenAccuracy, perplexity } from './next-token.ts';
import { spearman } from './spearman.ts';

const name = z.string().min(1);
const tokens = z.strictObject({ output: name.optional(), ids: name.optional(), mask: name.optional() });
const classes = z.union([
  z
    .int()
    .min(0)
    .transform((only) => [only]),
  z.array(z.int().min(0)).min(1),
]);

interface Question {
  readonly signature: Signature;
  readonly example: Example;
  readonly metric: string;
}

interface Entry {
  readonly needs: string;
  make(question: Question, options: unknown): Metric;
}

function entry<Schema extends z.ZodType>(
  needs: string,
  schema: Schema,
  make: (question: Question, options: z.output<Schema>) => Metric,
): Entry {
  return { needs, make: (question, options) => make(question, parseOptions(schema, options)) };
}

const outputOf = (
  { signature, metric }: Question,
  ranks: readonly number[],
  stated: string | undefined,
): string => chooseOutput(signature, ranks, metric, stated).name;

const topAccuracy = (top: number): Entry =>
  entry(
    'class labels and a float output [batch, classes]',
    z.strictObject({ output: name.optional() }),
    (question, { output }) => accuracy({ top, output: outputOf(question, [2, 3], output) }),
  );

/** Every metric that has a name, what it needs, and how it is made for a model. */
const METRICS: Readonly<Record<string, Entry>> = {
  'bits-per-byte': entry(
    'integer tokens [batch, sequence] and float logits [batch, sequence, vocabulary]',
    tokens,
    (question, stated) => {
      const bytes = byteLanguageModelNames(question.signature);
      if (bytes) return bitsPerByte({ ids: bytes.input, logits: bytes.output });
      return bitsPerByteOfTokens(
        languageModelNames(question.signature, question.example, question.metric, stated),
      );
    },
  ),
  perplexity: entry('the same', tokens, ({ signature, example, metric }, stated) =>
    perplexity(languageModelNames(signature, example, metric, stated)),
  ),
  'next-token-accuracy': entry('the same', tokens, ({ signature, example, metric }, stated) =>
    nextTokenAccuracy(languageModelNames(signature, example, metric, stated)),
  ),
  'top-1': topAccuracy(1),
  'top-5': topAccuracy(5),
  spearman: entry(
    'number labels, and two sets of inputs with a float output [batch, sequence, hidden] or [batch, hidden], or one set with [batch, 1]',
    z.strictObject({
      output: name.optional(),
      pooling: z.enum(['mean', 'cls', 'none']).optional(),
      mask: name.optional(),
    }),
    (question, { output, pooling, mask }) => {
      const isPair = question.example.inputs.length === 2;
      const ranks = !isPair || pooling === 'none' ? [2] : [3, 2];
      const chosen = outputOf(question, ranks, output);
      return spearman({
        output: chosen,
        pooling,
        mask: mask ?? tokenRoles(question.signature, question.example).mask,
      });
    },
  ),
  f1: entry(
    'class labels and a float output [batch, classes], or a list of them and [batch, positions, classes]',
    z.strictObject({
      output: name.optional(),
      average: z.enum(['binary', 'macro', 'micro']).optional(),
      positive: z.int().min(0).optional(),
      classes: classes.optional(),
      threshold: z.number().optional(),
    }),
    (question, { output, ...options }) => f1({ ...options, output: outputOf(question, [2, 3], output) }),
  ),
};

/** Names that a dataset card or `--metric` may give. */
export const METRIC_NAMES: readonly string[] = Object.keys(METRICS);

/**
 * The metric that fits a model and data. Stated, it is a name of {@link METRIC_NAMES} and options of it, as
 * `spearman pooling=cls`; what is not stated is found by types, shapes and values, never by names of inputs or outputs. Not
 * stated, it is
 * - `bits-per-byte` for data without labels and a byte-level language model,
 * - `spearman` for two sets of inputs and a number, or one set, a number and an output of one number,
 * - `top-1` for a class and one output [batch, classes],
 * - `f1` (macro) for a list of classes and one output [batch, positions, classes].
 *
 * @param example the first of the data
 * @throws SenteiError `invalid-option` for a metric or option that is not known; `invalid-data` when there is nothing to
 *   compare with; `unsupported-model` when none fits, listing what would
 */
export function chooseMetric(signature: Signature, example: Example, stated?: string): Metric {
  const [metric = '', ...words] = stated?.split(/\s+/).filter((word) => word !== '') ?? [
    fitting(signature, example),
  ];
  const found = Object.hasOwn(METRICS, metric) ? METRICS[metric] : undefined;
  if (!found) {
    throw new SenteiError('invalid-option', `there is no metric '${metric}'`, {
      subject: metric,
      hint: `Metrics are ${METRIC_NAMES.join(', ')}; one of your own is a module, ./my-metric.mjs.`,
    });
  }
  return found.make({ signature, example, metric }, optionsOf(metric, words));
}

function optionsOf(metric: string, words: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    words.map((word) => {
      const [, key, text] = /^([a-z]+)=(.+)$/.exec(word) ?? [];
      if (key === undefined || text === undefined) {
        throw new SenteiError('invalid-option', `metric ${metric}: '${word}' is no option`, {
          subject: metric,
          hint: `Write options as in '${metric} output=<name>'.`,
        });
      }
      const values = text.split(',').map((value) => (Number.isFinite(Number(value)) ? Number(value) : value));
      return [key, values.length === 1 ? values[0] : values];
    }),
  );
}

function fitting(signature: Signature, { inputs, label }: Example): string {
  if (label === undefined && byteLanguageModelNames(signature)) return 'bits-per-byte';
  const isNumber = typeof label === 'number';
  if (inputs.length === 2 && isNumber) return 'spearman';
  if (inputs.length === 1 && isNumber) {
    const [output, ...others] = floatOutputs(signature, 2);
    if (output && others.length === 0) return output.dims?.[1] === 1 ? 'spearman' : 'top-1';
  }
  if (inputs.length === 1 && Array.isArray(label) && floatOutputs(signature, 3).length === 1) return 'f1';
  const fits = Object.entries(METRICS).map(([each, { needs }]) => `${each} (${needs})`);
  const said =
    label === undefined ? 'no label' : `a label of type ${Array.isArray(label) ? 'list' : typeof label}`;
  throw new SenteiError(
    label === undefined ? 'invalid-data' : 'unsupported-model',
    `no metric fits ${inputs.length} set${inputs.length === 1 ? '' : 's'} of inputs, ${said} and outputs ${listValues(signature.outputs)}`,
    { subject: 'metric', hint: `Name one in the dataset card, or a module of your own: ${fits.join('; ')}.` },
  );
}
