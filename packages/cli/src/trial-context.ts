import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Pass, type PassContext, removeAtExit } from '@sentei/ir';
import { createExecutor } from '@sentei/runtime';
import { openCalibrator } from './calibration/open-calibrator.ts';
import { readSplits } from './data-splits.ts';
import { isCard } from './prepare-card.ts';
import { prepareJudge } from './prepare-judge.ts';
import type { Listener } from './progress.ts';
import { passContext } from './run-passes.ts';

export interface TrialSettings {
  /** Model file. */
  readonly model: string;
  readonly passes: readonly Pass[];
  readonly data?: string | undefined;
  readonly heldout?: string | undefined;
  readonly maxDrop: number;
  readonly threads: number;
  readonly listener: Listener;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Gives what passes are run with, and a scratch folder, for runs of a pipeline that write no result.
 *
 * @throws SenteiError as `readSplits` and `prepareJudge`, and what `work` throws
 */
export async function withTrialContext<Result>(
  settings: TrialSettings,
  work: (context: PassContext, scratch: string) => Promise<Result>,
): Promise<Result> {
  const { model, passes, data, heldout, maxDrop, threads, listener, signal } = settings;
  const card = isCard(data) ? data : undefined;
  const splits = data === undefined || card ? undefined : await readSplits({ data, heldout });
  const folder = await mkdtemp(join(tmpdir(), 'sentei-'));
  const settled = removeAtExit(folder);
  try {
    const { judge, warnings } = await prepareJudge({
      model,
      passes,
      splits,
      card,
      heldout,
      folder,
      threads,
      signal,
    });
    for (const warning of warnings) listener.warn(warning);
    await using executor = createExecutor({ signal });
    const calibration =
      data === undefined ? undefined : openCalibrator({ model, data, heldout, listener, signal });
    return await work(passContext({ judge, executor, calibration, maxDrop, listener, signal }), folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
    settled();
  }
}
