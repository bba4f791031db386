import { parseOptions } from '@sentei/ir';
import { z } from 'zod';
import type { RowDataset } from '../dataset/row-dataset.ts';
import type { Dataset } from '../dataset/types.ts';
import { sliceRows } from './select.ts';

const schema = z
  .object({ index: z.int().min(1), count: z.int().min(1) })
  .refine(({ index, count }) => index <= count, 'a shard is one of 1 to the count of shards');

/**
 * Shard `index` of `count`, from 1: a contiguous run of rows, so that no shard reads what another one does. Shards
 * differ by one row at most; one after the other they are the whole dataset.
 *
 * @throws SenteiError `invalid-option`
 */
export function shard(dataset: Dataset, index: number, count: number): RowDataset {
  parseOptions(schema, { index, count });
  // Products of safe integers below 2^53: a dataset of 2^32 rows in two million shards.
  const start = (at: number): number => Math.floor((dataset.size * at) / count);
  return sliceRows(dataset, start(index - 1), start(index));
}
