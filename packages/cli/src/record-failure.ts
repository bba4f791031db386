import { lstat } from 'node:fs/promises';
import {
  failureFacts,
  type Instrument,
  type PipelineStep,
  type Plugin,
  type ReproducerFacts,
  readModel,
  SenteiError,
  writeReproducer,
} from '@sentei/ir';
import { listPlugins } from './prepare-passes.ts';
import type { Listener } from './progress.ts';
import { senteiVersion } from './versions.ts';

export interface FailureRecording
  extends Pick<ReproducerFacts, 'seed' | 'verify' | 'stopAfter' | 'settings'> {
  /** The folder to write to, which must not exist. */
  readonly folder: string;
  /** The model file as it is before the pipeline. */
  readonly model: string;
  readonly steps: readonly PipelineStep[];
  readonly plugins: readonly Plugin[];
  readonly listener: Listener;
}

/**
 * Writes a reproducer when a pass fails, and says how to run it.
 *
 * @throws SenteiError `output-unwritable` when something is at the place of the folder already
 */
export async function recordFailure(recording: FailureRecording): Promise<Instrument> {
  const { folder, model, plugins, listener, ...facts } = recording;
  if ((await lstat(folder).catch(() => undefined)) !== undefined) {
    throw new SenteiError('output-unwritable', `${folder} is there already`, {
      subject: folder,
      hint: 'name a new folder with --reproducer',
    });
  }
  return {
    async onFailure(failure) {
      const content = {
        ...facts,
        plugins: listPlugins(plugins),
        software: software(),
        failure: failureFacts(failure),
      };
      await writeReproducer(folder, await readModel(model), content, traceOf(failure.error));
      listener.info(`the failed run was saved: sentei reproduce ${folder}`);
    },
  };
}

/** Versions that a run depends on. */
export function software(): Record<string, string> {
  return { sentei: senteiVersion(), node: process.versions.node };
}

function traceOf(error: unknown): string {
  const lines: string[] = [];
  for (let cause = error; cause !== undefined; cause = cause instanceof Error ? cause.cause : undefined) {
    lines.push(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
  }
  return lines.join('\ncaused by: ');
}
