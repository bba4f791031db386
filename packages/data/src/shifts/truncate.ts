import { parseOptions } from '@sentei/ir';
import { z } from 'zod';
import type { RowDataset } from '../dataset/row-dataset.ts';
import type { Dataset } from '../dataset/types.ts';
import { shifted } from './shifted.ts';

const schema = z.strictObject({ keep: z.number().gt(0).max(1).default(0.5) });

/** How much of every row is kept. */
export interface TruncateOptions {
  /** Share of the tokens or bytes, from the start; half by default. Two are kept at least, where there are two. */
  readonly keep?: number | undefined;
}

/**
 * The dataset with the end of every text cut off: of its tokens, special ones aside, or of a window's bytes.
 *
 * @throws SenteiError `invalid-option`; from reading, `invalid-data` when a row has no text
 */
export function truncate(dataset: Dataset, options: TruncateOptions = {}): RowDataset {
  const { keep } = parseOptions(schema, options);
  // A model that predicts the next token needs two.
  const kept = (length: number): number => Math.max(2, Math.ceil(length * keep));
  return shifted(dataset, `truncate ${keep}`, () => ({
    bytes: (bytes) => bytes.subarray(0, kept(bytes.length)),
    tokens: (tokens) => tokens.slice(0, kept(tokens.length)),
  }));
}
