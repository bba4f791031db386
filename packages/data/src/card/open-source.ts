import type { Padding } from '../dataset/types.ts';
import { invalidData } from '../invalid-data.ts';
import { bytesDataset } from '../sources/bytes.ts';
import type { FieldInput } from '../sources/field-input.ts';
import { jsonLinesDataset } from '../sources/jsonl.ts';
import type { LabelOptions } from '../sources/label.ts';
import { textDataset } from '../sources/text.ts';
import { tokenWindowsDataset } from '../sources/token-windows.ts';
import type { Divisible } from '../splits/divide.ts';
import { isTensorType } from '../tensors/host-tensor.ts';
import { INTEGER_TYPES } from '../tensors/integer-tensor.ts';
import { TOKEN_ROLES, type TokenInputs } from '../tokens/token-feeds.ts';
import { openTokenizer, type Tokenizer } from '../tokens/tokenizer.ts';
import {
  checkAllFed,
  findInput,
  type InputQuestion,
  resolveInput,
  resolveTokenInputs,
} from './model-input.ts';
import { placeBeside } from './read-card.ts';
import type { Card, CardInput, CardSource } from './schema.ts';

/** A card to open and what it is opened for. */
export interface SourceContext extends InputQuestion {
  readonly card: Card;
  readonly signal: AbortSignal | undefined;
}

/** Opens the data at a place as a card says; shares of bytes are cut here, before they become windows. */
export type OpenPlace = (place: string, from: number, to: number) => Promise<Divisible>;

type SourceOf<Kind extends CardSource['kind']> = Extract<CardSource, { kind: Kind }>;

/** @throws SenteiError `invalid-data` for what a card lacks or says too much, before any data is read */
export async function prepareSource(context: SourceContext): Promise<OpenPlace> {
  const { source } = context.card;
  refuseUnused(context);
  switch (source.kind) {
    case 'bytes':
      return prepareBytes(context, source);
    case 'text':
      return prepareText(context, source);
    case 'jsonl':
      return prepareJsonLines(context, source);
    case 'arrays':
    case 'images':
      throw invalidData(context.subject, `${source.kind}: not there`);
  }
}

function prepareBytes(context: SourceContext, source: SourceOf<'bytes'>): OpenPlace {
  const { name, type } = resolveInput(context, 'input_ids', INTEGER_TYPES, 2);
  refuseKeys(context, ['input_ids']);
  checkAllFed(context, [name]);
  const { length, stride } = source;
  return (path, from, to) => bytesDataset({ path, input: name, type, length, stride, from, to });
}

async function prepareText(context: SourceContext, source: SourceOf<'text'>): Promise<OpenPlace> {
  const { card, subject, signal } = context;
  const { rows, separator, length, stride } = source;
  const inputs = resolveTokenInputs(context);
  checkAllFed(context, namesOf(inputs));
  const tokenizer = await tokenizerOf(context);
  const { maxLength, specialTokens } = card.tokenizer ?? {};
  if (rows === 'window') {
    if (length === undefined) throw invalidData(subject, 'source.length: windows of tokens need a length');
    return (path) => tokenWindowsDataset({ path, tokenizer, inputs, length, stride, specialTokens, signal });
  }
  if (length !== undefined || stride !== undefined) {
    throw invalidData(
      subject,
      'source.length and source.stride are for rows of windows',
      'set "rows": "window"',
    );
  }
  const padding = paddingOf(context, inputs, {});
  return (path) =>
    textDataset({ path, rows, separator, tokenizer, inputs, maxLength, specialTokens, padding, signal });
}

async function prepareJsonLines(context: SourceContext, source: SourceOf<'jsonl'>): Promise<OpenPlace> {
  const { card, subject, signal } = context;
  const { text: textFields, pairs } = source;
  const isToken = (key: string): boolean =>
    textFields !== undefined && TOKEN_ROLES.some((role) => role === key);
  const stated = Object.entries(card.inputs ?? {}).filter(([key]) => !isToken(key));
  const fields = Object.fromEntries(stated.map(([field, input]) => [field, fieldInput(context, input)]));
  if (!textFields && stated.length === 0) {
    throw invalidData(
      subject,
      'does not say which fields are inputs',
      'write "inputs": {"<field>": "<input>"}, or "text": "<field>" in the source',
    );
  }
  const inputs = textFields ? resolveTokenInputs(context, Object.keys(fields)) : {};
  checkAllFed(context, [...namesOf(inputs), ...Object.values(fields).map(({ name }) => name)]);
  const { maxLength, specialTokens } = card.tokenizer ?? {};
  const text = textFields && {
    fields: textFields,
    tokenizer: await tokenizerOf(context),
    inputs,
    maxLength,
    specialTokens,
    pairs,
  };
  const label = labelOptions(context);
  const padding = paddingOf(context, inputs, fields);
  return (path) => jsonLinesDataset({ path, text, fields, label, padding, signal });
}

async function tokenizerOf({ card, subject }: SourceContext): Promise<Tokenizer> {
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

function namesOf(inputs: TokenInputs): string[] {
  return Object.values(inputs).map(({ name }) => name);
}

function refuseKeys({ card, subject }: SourceContext, known: readonly string[]): void {
  const unknown = Object.keys(card.inputs ?? {}).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw invalidData(
    subject,
    `inputs.${unknown}: ${card.source.kind} have no such part`,
    `it is ${known.join(', ')}`,
  );
}

/** What a card says and its kind of data has no use for is a mistake of its writer. */
function refuseUnused({ card, subject }: SourceContext): void {
  const { source, tokenizer, label } = card;
  const hasText = source.kind === 'text' || (source.kind === 'jsonl' && source.text !== undefined);
  if (tokenizer && !hasText)
    throw invalidData(subject, `tokenizer: ${source.kind} without text have no use for it`);
  if (label && (source.kind === 'text' || source.kind === 'bytes')) {
    throw invalidData(subject, `label: ${source.kind} has no labels`, 'use JSON Lines for data with labels');
  }
  if (source.kind === 'bytes' && card.batch?.padding) {
    throw invalidData(subject, 'batch.padding: windows of bytes are all of one length');
  }
}
