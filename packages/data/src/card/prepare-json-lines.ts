import { invalidData } from '../invalid-data.ts';
import { jsonLinesDataset } from '../sources/jsonl.ts';
import { TOKEN_ROLES } from '../tokens/token-feeds.ts';
import {
  fieldInput,
  labelOptions,
  namesOf,
  type OpenPlace,
  paddingOf,
  type SourceContext,
  type SourceOf,
  tokenizerOf,
} from './context.ts';
import { checkAllFed, resolveTokenInputs } from './model-input.ts';

/** Fields of JSON Lines, with text or without. @throws SenteiError `invalid-data` */
export async function prepareJsonLines(
  context: SourceContext,
  source: SourceOf<'jsonl'>,
): Promise<OpenPlace> {
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
