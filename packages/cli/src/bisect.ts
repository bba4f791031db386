import { type Bisection, bisectPipeline, readModel, SenteiError, type VerifyWhen } from '@sentei/ir';
import { type PropertyName, withProperty } from './model-property.ts';
import { type PipelineSource, preparePasses } from './prepare-passes.ts';
import { type Listener, SILENT } from './progress.ts';
import { withTrialContext } from './trial-context.ts';

/** What `bisect` runs and asks for. */
export interface BisectSettings extends PipelineSource {
  /** The ONNX file that the pipeline is run on. */
  readonly model: string;
  readonly property?: PropertyName | undefined;
  readonly command?: string | undefined;
  readonly tolerance?: number | undefined;
  readonly data?: string | undefined;
  readonly heldout?: string | undefined;
  /** Default: 0.01. */
  readonly maxDrop?: number | undefined;
  /** Default: 2. */
  readonly threads?: number | undefined;
  readonly verify?: VerifyWhen | undefined;
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly listener?: Listener | undefined;
}

/**
 * Finds the patch of a pipeline with which a model loses a property: by default that its outputs agree with the original's.
 *
 * @throws SenteiError `not-reproduced` when no patch is at fault; those of `preparePasses`, `readModel` and `readSplits`;
 *   `runtime-failed` when the original does not run; `cancelled`
 */
export async function bisect(settings: BisectSettings): Promise<Extract<Bisection, { status: 'found' }>> {
  const { model, property = 'agrees', listener = SILENT, signal, verify, seed } = settings;
  const { data, heldout, maxDrop = 0.01, threads = 2 } = settings;
  const { make } = await preparePasses(settings);
  await readModel(model);
  const trial = { model, passes: make(), data, heldout, maxDrop, threads, listener, signal };
  const found = await withTrialContext(trial, (context, scratch) => {
    const { command, tolerance } = settings;
    const asked = { property, command, tolerance, original: model, scratch, threads, signal };
    return withProperty(asked, (holds) => {
      const onTrial = (patches: number) =>
        listener.step(
          Number.isFinite(patches) ? `trying the first ${patches} patches` : 'trying all patches',
        );
      return bisectPipeline(() => readModel(model), make, holds, { context, verify, seed, onTrial });
    });
  });
  if (found.status === 'found') return found;
  const asked = settings.command ?? property;
  const what =
    found.status === 'holds'
      ? `with all ${found.patches} patches '${asked}' holds`
      : `'${asked}' does not hold for ${model} as it is`;
  throw new SenteiError('not-reproduced', what, {
    subject: model,
    hint: found.status === 'holds' ? 'no patch is at fault' : 'ask for something that the original has',
  });
}
