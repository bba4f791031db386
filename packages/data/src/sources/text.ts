import { basename } from 'node:path';
import { fingerprintOf, hashParts } from '../dataset/hashing.ts';
import { type RowDataset, rowDataset } from '../dataset/row-dataset.ts';
import type { Padding } from '../dataset/types.ts';
import { openRecords } from '../files/records.ts';
import { invalidData } from '../invalid-data.ts';
import type { Feeds } from '../tensors/host-tensor.ts';
import { type EncoderOptions, textEncoder } from '../tokens/encoder.ts';

/** A text file, what a row of it is, and how it becomes tokens. */
export interface TextOptions extends Omit<EncoderOptions, 'pairs'> {
  readonly path: string;
  /** A row is a line, or the lines up to a separator. */
  readonly rows: 'line' | 'document';
  /** The line that ends a document; an empty one by default. */
  readonly separator?: string | undefined;
  readonly padding?: Padding | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lines or documents of a UTF-8 text file as tokens; inputs have shape [tokens]. Empty lines are no rows.
 *
 * @throws SenteiError `invalid-data` when the file cannot be read or has no rows
 */
export async function textDataset(options: TextOptions): Promise<RowDataset> {
  const { path, rows: unit, separator, padding, tokenizer, inputs, maxLength, specialTokens } = options;
  const name = basename(path);
  const file = await openRecords(path, name, { unit, separator }, options.signal);
  if (file.size === 0) throw invalidData(path, 'is empty', 'give a file with text');
  const encode = textEncoder(options);
  const longest = maxLength ?? tokenizer.maxLength ?? Number.POSITIVE_INFINITY;
  const lengthOf = (sets: readonly Feeds[]): number => sets[0]?.[inputs.input_ids?.name ?? '']?.dims[0] ?? 0;
  return rowDataset({
    name,
    size: file.size,
    fingerprint: fingerprintOf('text', [file.contents, tokenizer.fingerprint], {
      unit,
      separator,
      inputs,
      maxLength,
      specialTokens,
      padding,
    }),
    padding,
    async *rows(from, to, signal) {
      for await (const { line, text } of file.read(from, to, signal)) {
        const source = `${name} line ${line}`;
        const hash = hashParts([text]);
        yield {
          source,
          hash,
          async example(change) {
            const sets = encode([text], source, change);
            // As long as can be, a row may have been cut; changed, it stands for another text.
            const isWhole = change === undefined && lengthOf(sets) < longest;
            return { source, hash, inputs: sets, ...(isWhole && { bytes: Buffer.byteLength(text) }) };
          },
        };
      }
    },
  });
}
