import { type Model, type PatchRecord, runPipeline } from '@sentei/ir';
import { type AcpOptions, acp } from '../../src/acp.ts';

/** Small blocks, so that short inputs already have many. */
export const SMALL = { block: 16, tile: 4, whole: 20 } as const;

/** Runs the pass over a model, which it changes, and returns what became of each attention. */
export async function pruneModel(model: Model, options: AcpOptions = {}): Promise<readonly PatchRecord[]> {
  const context = { logger: console, judge: undefined, maxDrop: 0.01, progress: () => undefined };
  const records = await runPipeline(model, [acp(options)], context);
  return records.flatMap((record) => record.patches);
}
