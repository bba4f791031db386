import { SenteiError } from '@sentei/ir';
import {
  missingBlocks,
  readStatistics,
  type Statistics,
  StatisticsMerge,
  writeStatistics,
} from '@sentei/runtime';
import type { Listener } from '../progress.ts';
import { refuseOverwriting } from '../refuse-overwriting.ts';

/**
 * Joins the statistics of all shards to what one run would have given, bit for bit.
 *
 * @param out file for the result
 * @throws SenteiError as `readStatistics`; `invalid-data` for shards that do not belong together, are given twice, or do not
 *   cover the data; `output-unwritable`
 */
export async function mergeFiles(
  paths: readonly string[],
  out: string | undefined,
  listener: Listener,
): Promise<Statistics> {
  await refuseOverwriting(out, paths);
  listener.step(`merging ${paths.length} files`);
  const merge = new StatisticsMerge();
  for (const [index, path] of paths.entries()) {
    merge.add(await readStatistics(path), path);
    listener.progress({ message: path, done: index + 1, total: paths.length });
  }
  const merged = merge.result();
  const missing = missingBlocks(merged);
  if (missing.length > 0) {
    const { batch } = merged.identity;
    const [from, to] = missing[0] ?? [0, 0];
    const more = missing.length > 1 ? ` and ${missing.length - 1} other parts` : '';
    throw new SenteiError(
      'invalid-data',
      `the shards do not cover the data: examples ${from * batch} to ${to * batch}${more} are in none`,
      { subject: paths.join(', '), hint: 'give the files of all shards of one calibration' },
    );
  }
  if (out !== undefined) await writeStatistics(merged, out);
  return merged;
}
