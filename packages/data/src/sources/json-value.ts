import { invalidData } from '../invalid-data.ts';
import { faultOfNumber, tensorFromNumbers } from '../tensors/from-numbers.ts';
import { type HostTensor, hostTensor, type TensorType } from '../tensors/host-tensor.ts';

/** A line's JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** @throws SenteiError `invalid-data` when the line is no JSON object */
export function parseObject(text: string, source: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : `${cause}`;
    throw invalidData(source, `is not JSON (${reason})`, 'every line is one JSON object', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidData(source, 'is not a JSON object', 'every line is one JSON object');
  }
  return value as JsonObject;
}

/** @throws SenteiError `invalid-data` when an object lacks the field; an inherited one is none */
export function fieldOf(object: JsonObject, field: string, source: string): unknown {
  if (Object.hasOwn(object, field)) return object[field];
  throw invalidData(
    source,
    `has no field '${field}'`,
    `it has ${Object.keys(object).slice(0, 8).join(', ') || 'none'}`,
  );
}

/** @throws SenteiError `invalid-data` when it is no text */
export function textOf(value: unknown, field: string, source: string): string {
  if (typeof value === 'string') return value;
  throw invalidData(source, `field '${field}' is ${kindOf(value)}, not a text`);
}

/**
 * A number, truth value or text, or nested lists of them, as a tensor whose shape is that of the lists.
 *
 * @throws SenteiError `invalid-data` when lists of one level differ in length or an element is of another type
 */
export function jsonTensor(value: unknown, type: TensorType, field: string, source: string): HostTensor {
  const dims: number[] = [];
  for (let inner = value; Array.isArray(inner); inner = inner[0]) dims.push(inner.length);
  const fault = (text: string): Error => invalidData(source, `field '${field}' ${text}`);
  const numbers: number[] = [];
  const texts: string[] = [];
  const visit = (each: unknown, depth: number): void => {
    if (depth < dims.length) {
      if (!Array.isArray(each) || each.length !== dims[depth]) {
        throw fault(`has lists of different lengths at depth ${depth + 1}, it is no tensor`);
      }
      for (const inner of each) visit(inner, depth + 1);
      return;
    }
    if (type === 'string' && typeof each === 'string') texts.push(each);
    else if (type === 'bool' && typeof each === 'boolean') numbers.push(each ? 1 : 0);
    else if (typeof each === 'number') {
      const wrong = faultOfNumber(type, each);
      if (wrong !== undefined) throw fault(wrong);
      numbers.push(each);
    } else throw fault(`has ${kindOf(each)} where ${type} is expected`);
  };
  visit(value, 0);
  return type === 'string' ? hostTensor(type, dims, texts) : tensorFromNumbers(type, dims, numbers);
}

/** What a JSON value is, for messages. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return (
    { string: 'a text', number: 'a number', boolean: 'a truth value' }[typeof value as string] ?? 'an object'
  );
}
