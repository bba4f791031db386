import { openCard } from '@sentei/data';
import { assertValid, readModel, SenteiError } from '@sentei/ir';
import { type CalibrateOptions, calibrate, type Statistics, writeStatistics } from '@sentei/runtime';
import type { Listener } from '../progress.ts';
import { refuseOverwriting } from '../refuse-overwriting.ts';
import { defaultTaps } from './default-taps.ts';
import { inputsOf } from './inputs.ts';
import { readTaps } from './read-taps.ts';

/** What to calibrate on what. */
export interface CalibrationSettings
  extends Pick<
    CalibrateOptions,
    'batch' | 'threads' | 'executionProvider' | 'nonFinite' | 'shard' | 'cache' | 'signal' | 'timeoutMs'
  > {
  /** Model file. */
  readonly model: string;
  /** A dataset card, or a raw text file. */
  readonly data: string;
  /** Bytes of a window of a raw text file. */
  readonly length?: number | undefined;
  readonly split: 'calibration' | 'selection';
  /** JSON file of taps. Default: the residual stream. */
  readonly taps?: string | undefined;
  /** File for the statistics. */
  readonly out?: string | undefined;
  readonly listener: Listener;
}

/**
 * Gathers statistics of a model's values over one split of the data, and writes them to a file.
 *
 * @throws SenteiError what reading the model, the taps and the data throws, and as `calibrate` and `writeStatistics`;
 *   `output-unwritable`
 */
export async function calibrateFile(settings: CalibrationSettings): Promise<Statistics> {
  const { model: path, data: place, length, split, taps: tapsPath, out, listener, ...options } = settings;
  const { signal, cache } = options;
  await refuseOverwriting(out, [path, place, tapsPath]);
  listener.step('reading the model and the data');
  const model = await readModel(path);
  assertValid(model);
  const taps = tapsPath === undefined ? defaultTaps(model) : await readTaps(tapsPath);
  const card = await openCard(place, { model: inputsOf(model), length, signal });
  const data = card.splits[split];
  const { shard } = options;
  const part = shard === undefined ? '' : `, shard ${shard.index} of ${shard.count}`;
  listener.step(`running ${path} over the ${split} data${part}`);
  try {
    const statistics = await calibrate(model, taps, data, {
      ...options,
      batch: options.batch ?? (card.batch > 1 ? card.batch : undefined),
      subject: path,
      onProgress: (progress) => listener.progress(progress),
      onWarning: (message) => listener.warn(message),
    });
    if (out !== undefined) await writeStatistics(statistics, out);
    return statistics;
  } catch (error) {
    if (!(error instanceof SenteiError) || error.code !== 'cancelled' || cache === undefined) throw error;
    const hint = `what was done is kept in ${cache}: the same command goes on from there`;
    throw new SenteiError('cancelled', error.message, { hint, cause: error });
  }
}
