import type { Label } from '../dataset/types.ts';
import { invalidData } from '../invalid-data.ts';
import { kindOf } from './json-value.ts';

/** What a label may be. */
export const LABEL_TYPES = ['number', 'class', 'text', 'numbers', 'tensor'] as const;

/** Where a label is and what it has to be. */
export interface LabelOptions {
  readonly field: string;
  readonly type: (typeof LABEL_TYPES)[number];
  /** Names of classes in the order of the model's outputs; a text label is then its index. */
  readonly classes?: readonly string[] | undefined;
}

/** @throws SenteiError `invalid-data` naming the row when the value is of another type */
export function labelOf(value: unknown, { field, type, classes }: LabelOptions, source: string): Label {
  const fault = (text: string, hint?: string): Error => invalidData(source, `label '${field}' ${text}`, hint);
  if (type === 'class') return classOf(value, classes, fault);
  if (type === 'number' && typeof value === 'number') {
    if (Number.isFinite(value)) return value;
    throw fault(`is ${value}`);
  }
  if (type === 'text' && typeof value === 'string') return value;
  if (type === 'numbers' && Array.isArray(value)) {
    if (value.every((each): each is number => typeof each === 'number' && Number.isFinite(each)))
      return value;
    throw fault('has an element that is no finite number');
  }
  throw fault(`is ${kindOf(value)}, the card says ${type}`);
}

function classOf(
  value: unknown,
  classes: readonly string[] | undefined,
  fault: (text: string, hint?: string) => Error,
): number {
  if (typeof value === 'string' && classes) {
    const index = classes.indexOf(value);
    if (index >= 0) return index;
    throw fault(
      `is '${value}', which is none of the card's classes`,
      `classes: ${classes.slice(0, 8).join(', ')}`,
    );
  }
  if (typeof value !== 'number') {
    throw fault(
      `is ${kindOf(value)}, not the number of a class`,
      "list the names of classes in the card, in the order of the model's outputs",
    );
  }
  if (!Number.isSafeInteger(value) || value < 0 || (classes && value >= classes.length)) {
    throw fault(`is ${value}, which is no class`);
  }
  return value;
}
