import { SenteiError } from '../errors.ts';
import { bitsPerElement, DATA_TYPES, type DataType } from './data-type.ts';
import type { Model } from './model.ts';
import { isTensorType } from './type.ts';

/** Metadata property with a JSON list of {@link CarriedState}. */
const KEY = 'sentei.states';

/** An output of a model that is fed back as an input of its next run, such as a key-value cache. */
export interface CarriedState {
  readonly input: string;
  readonly output: string;
  readonly type: DataType;
  /**
   * Extents of the state before the first run, which is zeros: empty where it grows. A symbol is an extent of the inputs that
   * are no states, such as the batch.
   */
  readonly start: readonly (number | string)[];
  /**
   * Where the output is not the whole state but rows that go behind those of the input: the axis they lie along. Whoever runs
   * the model keeps the rows, and need not copy them for each run.
   */
  readonly append?: number | undefined;
  /** The output, int64 of one element, that says how many rows leave the state at its start before others are appended. */
  readonly drop?: string | undefined;
}

/**
 * The outputs of a model that its next run takes as inputs, from its metadata, so that nothing has to be guessed from names.
 *
 * @returns an empty list for a model without states
 * @throws SenteiError `invalid-graph` when the property cannot be read or names what the model does not have
 */
export function carriedStates(model: Model): readonly CarriedState[] {
  const text = model.metadataProps.get(KEY);
  if (text === undefined) return [];
  const states = parseStates(text);
  if (states === undefined) throw invalid(KEY, 'is no list of states');
  checkStates(model, states);
  return states;
}

/**
 * Says which outputs of a model its next run takes as inputs.
 *
 * @throws SenteiError `invalid-graph` when the model does not have them, or not with this type and rank
 */
export function setCarriedStates(model: Model, states: readonly CarriedState[]): void {
  checkStates(model, states);
  model.metadataProps.set(KEY, JSON.stringify(states));
}

function checkStates(model: Model, states: readonly CarriedState[]): void {
  const { inputs, outputs } = model.graph;
  const taken = new Set<string>();
  for (const { input, output, type, start, append = 0, drop } of states) {
    const [read, written] = [
      inputs.find(({ name }) => name === input),
      outputs.find(({ name }) => name === output),
    ];
    if (read === undefined) throw invalid(input, 'is not an input');
    if (written === undefined) throw invalid(output, 'is not an output');
    const fits = isTensorType(read.type) && read.type.elementType === type;
    if (!fits || (read.shape !== undefined && read.shape.length !== start.length))
      throw invalid(input, `does not take ${type} of rank ${start.length}`);
    if (append >= start.length && start.length > 0) throw invalid(input, `has no axis ${append}`);
    if (drop !== undefined && !outputs.some(({ name }) => name === drop))
      throw invalid(drop, 'is not an output');
    for (const name of [input, `${output} `]) {
      if (taken.has(name)) throw invalid(name.trim(), 'is in two states');
      taken.add(name);
    }
  }
}

function parseStates(text: string): CarriedState[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every(isState) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isState(value: unknown): value is CarriedState {
  if (typeof value !== 'object' || value === null) return false;
  const { input, output, type, start, append = 0, drop = '' } = value as Record<string, unknown>;
  const isType = typeof type === 'string' && Object.hasOwn(DATA_TYPES, type);
  if (typeof input !== 'string' || typeof output !== 'string' || !isType || !Array.isArray(start))
    return false;
  if (bitsPerElement(type as DataType) === undefined || typeof drop !== 'string') return false;
  if (!Number.isSafeInteger(append) || Number(append) < 0) return false;
  return start.every((extent) =>
    typeof extent === 'number' ? Number.isSafeInteger(extent) && extent >= 0 : typeof extent === 'string',
  );
}

function invalid(name: string, fault: string): SenteiError {
  return new SenteiError('invalid-graph', `state '${name}' ${fault}`, {
    subject: name,
    hint: 'make the decoder again from the model it came from',
  });
}
