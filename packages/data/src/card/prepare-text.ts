import { invalidData } from '../invalid-data.ts';
import { bytesDataset } from '../sources/bytes.ts';
import { textDataset } from '../sources/text.ts';
import { tokenWindowsDataset } from '../sources/token-windows.ts';
import { INTEGER_TYPES } from '../tensors/integer-tensor.ts';
import {
  namesOf,
  type OpenPlace,
  paddingOf,
  refuseKeys,
  type SourceContext,
  type SourceOf,
  tokenizerOf,
} from './context.ts';
import { checkAllFed, resolveInput, resolveTokenInputs } from './model-input.ts';

/** Windows of bytes. @throws SenteiError `invalid-data` */
export function prepareBytes(context: SourceContext, source: SourceOf<'bytes'>): OpenPlace {
  const { name, type } = resolveInput(context, 'input_ids', INTEGER_TYPES, 2);
  refuseKeys(context, ['input_ids']);
  checkAllFed(context, [name]);
  const { length, stride } = source;
  return (path, from, to) => bytesDataset({ path, input: name, type, length, stride, from, to });
}

/** Lines, documents or windows of text. @throws SenteiError `invalid-data` */
export async function prepareText(context: SourceContext, source: SourceOf<'text'>): Promise<OpenPlace> {
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
