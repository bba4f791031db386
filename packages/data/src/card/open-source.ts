import { invalidData } from '../invalid-data.ts';
import type { OpenPlace, SourceContext } from './context.ts';
import { prepareArrays } from './prepare-arrays.ts';
import { prepareImages } from './prepare-images.ts';
import { prepareJsonLines } from './prepare-json-lines.ts';
import { prepareBytes, prepareText } from './prepare-text.ts';

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
      return prepareArrays(context);
    case 'images':
      return prepareImages(context, source);
  }
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
  const isEven =
    source.kind === 'bytes' ||
    source.kind === 'images' ||
    (source.kind === 'text' && source.rows === 'window');
  if (isEven && card.batch?.padding) {
    const what = source.kind === 'images' ? 'images' : `windows of ${source.kind}`;
    throw invalidData(subject, `batch.padding: ${what} are all of one size`);
  }
}
