import type { Example, Feeds } from '@sentei/data';
import { SenteiError } from '@sentei/ir';
import type { Signature, ValueSignature } from '../process/protocol.ts';
import type { LanguageModelNames } from './next-token.ts';
import { toNumbers } from './to-numbers.ts';

const FLOATS: ReadonlySet<string | null> = new Set(['float32', 'float64', 'float16']);
const INTEGERS: ReadonlySet<string | null> = new Set(['int64', 'int32']);

/** A rank that is not known counts as any: the binding says `[]` for it. */
const hasRank = ({ dims }: ValueSignature, rank: number): boolean =>
  dims === null || dims.length === 0 || dims.length === rank;

/** Outputs of floats that have or may have a rank, batch axis included. */
export function floatOutputs({ outputs }: Signature, rank: number): readonly ValueSignature[] {
  return outputs.filter((output) => FLOATS.has(output.type) && hasRank(output, rank));
}

/**
 * The output that the user names, or else the only one of floats of the first of the ranks that has one.
 *
 * @throws SenteiError `unsupported-model` when there is none or more than one, listing them
 */
export function chooseOutput(
  signature: Signature,
  ranks: readonly number[],
  metric: string,
  stated: string | undefined,
): ValueSignature {
  const named = signature.outputs.find(({ name }) => name === stated);
  if (named) return named;
  const candidates =
    ranks.map((rank) => floatOutputs(signature, rank)).find((found) => found.length > 0) ?? [];
  const [only] = candidates;
  if (only && candidates.length === 1 && stated === undefined) return only;
  const shape = ranks.map((rank) => `${rank} axes`).join(' or ');
  const fault =
    stated === undefined
      ? `${candidates.length === 0 ? 'none' : candidates.length} of the model's outputs are floats of ${shape}`
      : `the model has no output '${stated}'`;
  throw new SenteiError('unsupported-model', `${metric}: ${fault}`, {
    subject: metric,
    hint: `Name one of its outputs, as in '${metric} output=${candidates[0]?.name ?? '<name>'}': ${listValues(signature.outputs)}.`,
  });
}

/** Names with types and shapes, batch axis included. */
export function listValues(values: readonly ValueSignature[]): string {
  return values
    .map(
      ({ name, type, dims }) => `${name} (${type ?? 'no tensor'} [${(dims ?? ['?']).map((d) => d ?? '?')}])`,
    )
    .join(', ');
}

/** What the integer inputs [sequence] of an example are, by their values. */
export interface TokenRoles {
  /** The only one that is neither a mask, nor constant, nor counts its positions. */
  readonly ids: string | undefined;
  /** The only one that is 1 everywhere in an example that is not padded, and 0 in nothing but padding. */
  readonly mask: string | undefined;
}

/** Tells token ids from masks, token types and positions by the values of a first example, never by names. */
export function tokenRoles({ inputs }: Signature, example: Example): TokenRoles {
  const feeds: Feeds = example.inputs[0] ?? {};
  const integers = inputs.filter((input) => INTEGERS.has(input.type) && hasRank(input, 2));
  const kinds = integers.map(({ name }) => ({ name, kind: kindOf(feeds, name) }));
  const only = (kind: 'ids' | 'mask'): string | undefined => {
    const [first, ...others] = kinds.filter((each) => each.kind === kind);
    return others.length === 0 ? first?.name : undefined;
  };
  // With a single input there is nothing to tell apart, whatever its values.
  if (integers.length === 1) return { ids: integers[0]?.name, mask: undefined };
  return { ids: only('ids'), mask: only('mask') };
}

function kindOf(feeds: Feeds, name: string): 'ids' | 'mask' | 'other' {
  const tensor = feeds[name];
  if (tensor?.dims.length !== 1 || tensor.type === 'string') return 'other';
  const values = Array.from(toNumbers(tensor));
  if (values.every((value) => value === 1)) return 'mask';
  const isConstant = values.every((value) => value === values[0]);
  const isCount = values.every((value, index) => value === (values[0] ?? 0) + index);
  if (isConstant || isCount) return 'other';
  // Zeros before or after ones: a row that was padded before it came here. Token types have their zeros first and are not
  // told from padding on the left; the user has to name those.
  const isPaddedMask = /^1+0+$/.test(values.join(''));
  return isPaddedMask ? 'mask' : 'ids';
}

/**
 * Where a language model takes its tokens and gives its logits.
 *
 * @throws SenteiError `unsupported-model` saying what to name
 */
export function languageModelNames(
  signature: Signature,
  example: Example,
  metric: string,
  stated: {
    readonly output?: string | undefined;
    readonly ids?: string | undefined;
    readonly mask?: string | undefined;
  },
): LanguageModelNames {
  const logits = chooseOutput(signature, [3], metric, stated.output).name;
  const roles = tokenRoles(signature, example);
  const ids = stated.ids ?? roles.ids;
  const mask = stated.mask ?? roles.mask;
  const unknown = [ids, mask].find(
    (name) => name !== undefined && !signature.inputs.some((input) => input.name === name),
  );
  if (ids !== undefined && unknown === undefined) return { logits, ids, mask };
  const fault =
    unknown === undefined ? 'its token ids are not told by their values' : `it has no input '${unknown}'`;
  throw new SenteiError('unsupported-model', `${metric}: ${fault}`, {
    subject: metric,
    hint: `Name the input of token ids, as in '${metric} ids=<name>': ${listValues(signature.inputs)}.`,
  });
}
