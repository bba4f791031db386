import { openCard } from '@sentei/data';
import { type Calibrator, readModel } from '@sentei/ir';
import { createCalibrator } from '@sentei/runtime';
import type { Listener } from '../progress.ts';
import { inputsOf } from './inputs.ts';

/** The data that passes may calibrate on. */
export interface CalibratorSettings {
  /** Model file whose inputs the data feeds; passes ask about changed models too. */
  readonly model: string;
  /** A dataset card, or a raw text file. */
  readonly data: string;
  /** Another raw text that judges. */
  readonly heldout?: string | undefined;
  readonly listener: Listener;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Gives passes statistics of the data. Neither data nor process is opened before one asks.
 *
 * @throws (from `collect`) SenteiError as `readModel`, `openCard` and `Calibrator.collect`
 */
export function openCalibrator({ model, data, heldout, listener, signal }: CalibratorSettings): Calibrator {
  const open = async (): Promise<Calibrator> => {
    const inputs = inputsOf(await readModel(model));
    const { splits } = await openCard(data, { model: inputs, heldout, signal });
    return createCalibrator({
      splits: { calibration: splits.calibration, selection: splits.selection },
      signal,
      onProgress: (progress) => listener.progress(progress),
      onWarning: (message) => listener.warn(message),
    });
  };
  let opened: Promise<Calibrator> | undefined;
  return {
    async collect(...asked) {
      opened ??= open();
      return (await opened).collect(...asked);
    },
  };
}
