import type { Example, Outputs } from '@sentei/data';
import { elementCount } from '@sentei/data';
import { SenteiError } from '@sentei/ir';
import { type NumberTensor, toNumbers } from './to-numbers.ts';

/** What stands in a list of labels where nothing is to be predicted, as in PyTorch's losses: any negative class. */
const isClass = (label: number): boolean => Number.isSafeInteger(label) && label >= 0;

/** An error that names the example. */
export function misfit({ source }: Example, fault: string, hint?: string): SenteiError {
  return new SenteiError('invalid-data', `${source}: ${fault}`, {
    subject: source,
    ...(hint !== undefined && { hint }),
  });
}

/** The one output of an example with one set of inputs. @throws SenteiError `invalid-data` */
export function onlyOutput(example: Example, outputs: readonly Outputs[], name: string): NumberTensor {
  const [first, ...others] = outputs;
  if (others.length > 0) throw misfit(example, `has ${outputs.length} sets of inputs, the metric takes one`);
  return numbersNamed(example, first, name);
}

/** The output of a name. @throws SenteiError `invalid-data` when there is none of numbers */
export function numbersNamed(example: Example, outputs: Outputs | undefined, name: string): NumberTensor {
  const tensor = outputs?.[name];
  if (tensor && tensor.type !== 'string') return tensor;
  throw misfit(example, `the model gave no output '${name}' of numbers`);
}

/** The label as a number. @throws SenteiError `invalid-data` */
export function numberLabel(example: Example): number {
  const [number, ...others] = numbersOf(example) ?? [];
  if (number === undefined || others.length > 0 || Number.isNaN(number)) {
    throw misfit(example, 'has no label that is a number', 'Say in the dataset card where labels are.');
  }
  return number;
}

/** The label as several numbers; one alone is a list of one. @throws SenteiError `invalid-data` */
export function numberLabels(example: Example): readonly number[] {
  const numbers = numbersOf(example);
  if (numbers === undefined || numbers.some(Number.isNaN)) {
    throw misfit(example, 'has no labels that are numbers', 'Say in the dataset card where labels are.');
  }
  return numbers;
}

function numbersOf({ label }: Example): readonly number[] | undefined {
  if (typeof label === 'number') return [label];
  if (label === undefined || typeof label === 'string') return undefined;
  if (!('data' in label)) return label;
  return label.type === 'string' ? undefined : Array.from(toNumbers(label));
}

/** One decision of a classifier: its scores for each class, and the class that is right. */
export interface Decision {
  readonly scores: ArrayLike<number>;
  readonly start: number;
  readonly classes: number;
  readonly target: number;
}

/**
 * The decisions of an example: one where its label is a class and its output [classes], one for each position where they are
 * lists and the output is [positions, classes]. Positions with a negative label are left out.
 *
 * @throws SenteiError `invalid-data` when label and output do not fit
 */
export function decisionsOf(example: Example, outputs: readonly Outputs[], output: string): Decision[] {
  const tensor = onlyOutput(example, outputs, output);
  const labels = numberLabels(example);
  const classes = tensor.dims.at(-1) ?? 0;
  const rows = elementCount(tensor.dims.slice(0, -1));
  if (classes < 2 || rows !== labels.length) {
    throw misfit(
      example,
      `output '${output}' of shape [${tensor.dims}] does not fit ${labels.length} label${labels.length === 1 ? '' : 's'}`,
    );
  }
  const scores = toNumbers(tensor);
  return labels.flatMap((target, row) => {
    if (target < 0) return [];
    if (!isClass(target) || target >= classes) {
      throw misfit(example, `label ${target} is not one of the ${classes} classes of output '${output}'`);
    }
    return [{ scores, start: row * classes, classes, target }];
  });
}
