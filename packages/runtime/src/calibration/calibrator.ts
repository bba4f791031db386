import type { Dataset } from '@sentei/data';
import type { Calibration, Calibrator, CollectOptions, Model, Tap } from '@sentei/ir';
import { SenteiError } from '@sentei/ir';
import { type CalibrateOptions, calibrate } from './calibrate.ts';
import { summarizeStatistics } from './statistics.ts';

/** The data that passes may calibrate on, and how. */
export interface CalibratorOptions extends Omit<CalibrateOptions, 'shard'> {
  readonly splits: Readonly<Partial<Record<'calibration' | 'selection', Dataset>>>;
}

/**
 * Gathers statistics for passes, each collection in a process of its own. Nothing is left running in between.
 *
 * @throws (from `collect`) SenteiError `invalid-data` when there is no data for the split, and as {@link calibrate}
 */
export function createCalibrator({ splits, ...options }: CalibratorOptions): Calibrator {
  return {
    async collect(model: Model, taps: readonly Tap[], asked: CollectOptions = {}): Promise<Calibration> {
      const { split = 'calibration', signal } = asked;
      const data = splits[split];
      if (data === undefined) throw new SenteiError('invalid-data', `there is no data for ${split}`);
      const signals = [options.signal, signal].filter((each) => each !== undefined);
      return summarizeStatistics(
        await calibrate(model, taps, data, { ...options, signal: AbortSignal.any(signals) }),
      );
    },
  };
}
