import { SenteiError } from '../errors.ts';
import type { Model } from './model.ts';
import { isTensorType } from './type.ts';

/** Metadata property `sentei.default.<input>`: a JSON list of booleans. */
const PREFIX = 'sentei.default.';

/** More flags than any model has layers, heads and stages. */
const MOST_FLAGS = 1_000_000;

/**
 * Values to feed for bool vectors among a model's inputs when a caller gives none, from its metadata: those of skip gates are
 * what the plan of a pruned model says. (An initializer that is also an input would be ONNX's own way, but ONNX Runtime's
 * Node binding ignores what is fed for one.)
 *
 * @returns flags by name of the input, in the order of the inputs
 * @throws SenteiError `invalid-graph` when a property does not fit its input or names none
 */
export function inputDefaults(model: Model): ReadonlyMap<string, readonly boolean[]> {
  const named = new Map<string, string>();
  for (const [key, text] of model.metadataProps) {
    if (key.startsWith(PREFIX)) named.set(key.slice(PREFIX.length), text);
  }
  const defaults = new Map<string, readonly boolean[]>();
  for (const { name, tensor } of model.graph.inputs) {
    const text = named.get(name);
    if (text === undefined || tensor !== undefined) continue;
    const flags = parseFlags(text);
    if (flags === undefined) throw invalid(name, 'is no JSON list of booleans');
    checkInput(model, name, flags.length);
    defaults.set(name, flags);
    named.delete(name);
  }
  const [unknown] = named.keys();
  if (unknown !== undefined) throw invalid(unknown, 'is for an input that the model does not have');
  return defaults;
}

/**
 * Sets the values to feed for a bool vector among a model's inputs when a caller gives none.
 *
 * @throws SenteiError `invalid-graph` when the model has no such input or it takes another number of flags
 */
export function setInputDefault(model: Model, name: string, flags: readonly boolean[]): void {
  checkInput(model, name, flags.length);
  model.metadataProps.set(`${PREFIX}${name}`, JSON.stringify(flags));
}

function checkInput(model: Model, name: string, count: number): void {
  const input = model.graph.inputs.find((each) => each.name === name);
  if (input === undefined) throw invalid(name, 'is for an input that the model does not have');
  const { type } = input;
  const [size] = (isTensorType(type) ? type.shape : undefined) ?? [];
  const isVector = isTensorType(type) && type.elementType === 'bool' && type.shape?.length === 1;
  if (!isVector || (typeof size === 'number' && size !== count)) {
    throw invalid(name, `has ${count} flags, which the input does not take`);
  }
}

function parseFlags(text: string): boolean[] | undefined {
  // "false," is the longest flag, and there may be a space after each.
  if (text.length > 7 * MOST_FLAGS) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((flag) => typeof flag === 'boolean') ? value : undefined;
  } catch {
    return undefined;
  }
}

function invalid(name: string, fault: string): SenteiError {
  return new SenteiError('invalid-graph', `metadata ${PREFIX}${name} ${fault}`, {
    subject: name,
    hint: 'write the model again with the pass that put its gates in',
  });
}
