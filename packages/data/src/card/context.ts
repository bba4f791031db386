import type { Padding } from '../dataset/types.ts';
import { invalidData } from '../invalid-data.ts';
import type { FieldInput } from '../sources/field-input.ts';
import type { LabelOptions } from '../sources/label.ts';
import type { Divisible } from '../splits/divide.ts';
import { isTensorType } from '../tensors/host-tensor.ts';
import { TOKEN_ROLES, type TokenInputs } from '../tokens/token-feeds.ts';
import { openTokenizer, type Tokenizer } from '../tokens/tokenizer.ts';
import { findInput, type InputQuestion } from './model-input.ts';
import { placeBeside } from './read-card.ts';
import type { Card, CardInput, CardSource } from './schema.ts';

/** A card to open and what it is opened for. */
export interface SourceContext extends InputQuestion {
  readonly card: Card;
  readonly signal: AbortSignal | undefined;
}

/** Opens the data at a place as a card says; shares of bytes are cut here, before they become windows. */
export type OpenPlace = (place: string, from: number, to: number) => Promise<Divisible>;

/** What a card says of one kind of data. */
export type SourceOf<Kind extends CardSource['kind']> = Extract<CardSource, { kind: Kind }>;

export async function tokenizerOf({ card, subject }: SourceContext): Promise<Tokenizer> {
  if (!card.tokenizer) {
    throw invalidData(subject, 'has text but no tokenizer', 'write "tokenizer": {"path": "tokenizer.json"}');
  }
  return openTokenizer(await placeBeside(subject, card.tokenizer.path));
}

/** What the card says of a field, with the type that the model takes. */
export function fieldInput({ subject, model }: InputQuestion, input: CardInput): FieldInput {
  const { name } = input;
  const own =
    'type' in input || 'shape' in input || 'scale' in input || 'nonFinite' in input ? input : undefined;
  const stated = own?.type;
  const found = model && findInput(subject, model, name);
  if (found && found.type === null)
    throw invalidData(subject, `input '${name}' takes no tensor that can be fed`);
  if (found && stated !== undefined && stated !== found.type) {
    throw invalidData(
      subject,
      `wrong dtype: the card says ${stated} for input '${name}', which takes ${found.type}`,
    );
  }
  const type = found?.type ?? stated ?? 'float32';
  if (!isTensorType(type)) throw invalidData(subject, `${type} is no element type`);
  return {
    name,
    type,
    convert: stated !== undefined,
    shape: own?.shape,
    scale: own?.scale,
    nonFinite: own?.nonFinite,
  };
}

/** @throws SenteiError `invalid-data` when the label's field is not said */
export function labelOptions({ card, subject }: SourceContext): LabelOptions | undefined {
  if (!card.label) return undefined;
  const { field, type, classes } = card.label;
  if (field === undefined) throw invalidData(subject, 'label.field: say which field is the label');
  return { field, type, classes };
}

/** Pad values by input. Where ids are padded, what goes with them is too: masks, types and positions with 0. */
export function paddingOf(
  { card, subject }: SourceContext,
  tokens: TokenInputs,
  fields: Readonly<Record<string, FieldInput>>,
): Padding | undefined {
  const stated = card.batch?.padding;
  if (!stated) return undefined;
  const values: Record<string, number> = {};
  for (const role of TOKEN_ROLES) {
    const input = tokens[role];
    const value = stated[role] ?? (role !== 'input_ids' && stated.input_ids !== undefined ? 0 : undefined);
    if (input && value !== undefined) values[input.name] = value;
  }
  for (const [field, { name }] of Object.entries(fields)) {
    const value = stated[field];
    if (value !== undefined) values[name] = value;
  }
  const unknown = Object.keys(stated).find(
    (key) => !Object.hasOwn(tokens, key) && !Object.hasOwn(fields, key),
  );
  if (unknown !== undefined)
    throw invalidData(subject, `batch.padding.${unknown}: the data has no such part`);
  return { values, side: card.batch?.side ?? 'right' };
}

export function namesOf(inputs: TokenInputs): string[] {
  return Object.values(inputs).map(({ name }) => name);
}

export function refuseKeys({ card, subject }: SourceContext, known: readonly string[]): void {
  const unknown = Object.keys(card.inputs ?? {}).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw invalidData(
    subject,
    `inputs.${unknown}: ${card.source.kind} have no such part`,
    `it is ${known.join(', ')}`,
  );
}
