import { invalidData } from '../invalid-data.ts';
import type { TensorType } from '../tensors/host-tensor.ts';
import { INTEGER_TYPES, type IntegerType } from '../tensors/integer-tensor.ts';
import { TOKEN_ROLES, type TokenInput, type TokenInputs, type TokenRole } from '../tokens/token-feeds.ts';
import type { CardInput } from './schema.ts';

/** One of a model's inputs, as a session's signature has it. */
export interface ModelInput {
  readonly name: string;
  /** `null` where it is no tensor that can be fed. */
  readonly type: TensorType | null;
  /** Batch axis included; empty or `null` where the rank is unknown. */
  readonly dims: readonly (number | string | null)[] | null;
}

/** What a card says of inputs, and the model if it is known. */
export interface InputQuestion {
  /** The card, for messages. */
  readonly subject: string;
  readonly inputs: Readonly<Record<string, CardInput>> | undefined;
  readonly model: readonly ModelInput[] | undefined;
}

/**
 * The input that takes one part of the data, such as images. Where the card does not say, it is the model's only input
 * of one of the types and of the rank.
 *
 * @throws SenteiError `invalid-data` saying what to write in the card
 */
export function resolveInput<Type extends TensorType>(
  { subject, inputs, model }: InputQuestion,
  key: string,
  types: readonly Type[],
  rank: number | undefined,
): { readonly name: string; readonly type: Type; readonly stated: CardInput | undefined } {
  const stated = inputs?.[key];
  const isType = (type: string | null | undefined): type is Type => types.some((each) => each === type);
  if (stated) {
    const found = model && findInput(subject, model, stated.name);
    const type = found?.type ?? statedType(stated) ?? types[0];
    if (!isType(type)) {
      throw invalidData(
        subject,
        `wrong dtype: ${key} becomes ${types.join(' or ')}, input '${stated.name}' takes ${type}`,
        `inputs of the model: ${listInputs(model)}`,
      );
    }
    return { name: stated.name, type, stated };
  }
  const candidates = (model ?? []).filter(({ type, dims }) => isType(type) && fitsRank(dims, rank));
  const [only] = candidates;
  if (only && candidates.length === 1 && isType(only.type)) {
    return { name: only.name, type: only.type, stated: undefined };
  }
  throw unsaid(subject, key, candidates, model);
}

/**
 * The inputs that take tokens. Where the card does not say, the model's only input of whole numbers and rank 2 takes
 * the ids.
 *
 * @throws SenteiError `invalid-data` saying what to write in the card
 */
export function resolveTokenInputs(question: InputQuestion, others: readonly string[] = []): TokenInputs {
  const { subject, inputs } = question;
  const unknown = Object.keys(inputs ?? {}).find((key) => !isRole(key) && !others.includes(key));
  if (unknown !== undefined) {
    throw invalidData(
      subject,
      `inputs.${unknown}: tokens have no such part`,
      `it is one of ${TOKEN_ROLES.join(', ')}`,
    );
  }
  const take = (role: TokenRole): TokenInput => {
    const { name, type } = resolveInput<IntegerType>(question, role, INTEGER_TYPES, 2);
    return { name, type };
  };
  const stated = TOKEN_ROLES.filter((role) => role === 'input_ids' || Object.hasOwn(inputs ?? {}, role));
  return Object.fromEntries(stated.map((role) => [role, take(role)]));
}

/** @throws SenteiError `invalid-data` when the model has an input that gets nothing, or two parts go to one */
export function checkAllFed({ subject, model }: InputQuestion, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalidData(subject, `input '${twice}' is given twice`);
  const missing = (model ?? []).filter(({ name }) => !names.includes(name));
  if (missing.length === 0) return;
  throw invalidData(
    subject,
    `missing input: the model takes ${listInputs(missing)}, the card gives ${names.join(', ') || 'none'}`,
    `say in the card what they get, as in ${suggestion(missing)}`,
  );
}

/** The model's input of a name. @throws SenteiError `invalid-data` when there is none */
export function findInput(subject: string, model: readonly ModelInput[], name: string): ModelInput {
  const found = model.find((input) => input.name === name);
  if (found) return found;
  throw invalidData(subject, `the model has no input '${name}'`, `inputs of the model: ${listInputs(model)}`);
}

function statedType(input: CardInput): string | undefined {
  return 'type' in input ? input.type : undefined;
}

function fitsRank(dims: ModelInput['dims'], rank: number | undefined): boolean {
  return rank === undefined || dims === null || dims.length === 0 || dims.length === rank;
}

function isRole(key: string): key is TokenRole {
  return TOKEN_ROLES.some((role) => role === key);
}

function listInputs(inputs: readonly ModelInput[] | undefined): string {
  if (!inputs || inputs.length === 0) return 'none known';
  return inputs
    .map(
      ({ name, type, dims }) =>
        `'${name}' (${type ?? 'no tensor'} [${(dims ?? ['?']).map((d) => d ?? '?').join(', ')}])`,
    )
    .join(', ');
}

/** What to write: the names of parts are the field's own, the user puts the right input beside each. */
function suggestion(candidates: readonly ModelInput[], key?: string): string {
  const parts = candidates.map(({ name }, index) => {
    const role = index === 0 && key !== undefined ? key : isRole(name) ? name : '<part>';
    return `"${role}": "${name}"`;
  });
  return `"inputs": {${parts.join(', ')}}`;
}

function unsaid(
  subject: string,
  key: string,
  candidates: readonly ModelInput[],
  model: readonly ModelInput[] | undefined,
): Error {
  if (!model) {
    return invalidData(
      subject,
      `does not say which input takes ${key}`,
      `write "inputs": {"${key}": "<input>"}`,
    );
  }
  if (candidates.length === 0) {
    return invalidData(
      subject,
      `no input of the model can take ${key}`,
      `inputs of the model: ${listInputs(model)}`,
    );
  }
  const hasRole = candidates.some(({ name }) => isRole(name));
  return invalidData(
    subject,
    `does not say which input takes ${key}: it can be ${listInputs(candidates)}`,
    `write which is which in the card, as in ${suggestion(candidates, hasRole ? undefined : key)}`,
  );
}
