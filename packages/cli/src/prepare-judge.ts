import { type Judge, type Pass, SenteiError } from '@sentei/ir';
import { createTextJudge, isByteLanguageModel, longestWindow, startEngine } from '@sentei/runtime';
import type { DataSplits } from './data-splits.ts';

/** What the text that was given can be used for. */
export interface Judging {
  readonly judge: Judge | undefined;
  /** The held-out text, when the model can be scored on it. */
  readonly heldout: Uint8Array | undefined;
  readonly warnings: readonly string[];
}

export interface JudgingOptions {
  /** Model file. */
  readonly model: string;
  readonly passes: readonly Pass[];
  readonly splits: DataSplits | undefined;
  /** Folder for trial models. */
  readonly folder: string;
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes a judge where there is text and the model is a byte-level language model, and says what is missing where not.
 *
 * @throws SenteiError `cancelled`, or `runtime-failed` when ONNX Runtime does not start
 */
export async function prepareJudge(options: JudgingOptions): Promise<Judging> {
  const { splits, folder, threads, signal } = options;
  const empirical = [
    ...new Set(options.passes.filter((pass) => pass.guarantee === 'empirical').map((pass) => pass.id)),
  ];
  const idle = empirical.map((id) => `${id} has nothing to judge on and will refuse all it finds`);
  if (splits === undefined) {
    const warnings = idle.map((text) => `${text}: give a text with --data`);
    return { judge: undefined, heldout: undefined, warnings };
  }
  const found = await scorableWindow(options);
  if ('reason' in found) {
    const warnings = [`the data is not used: ${found.reason}`, ...idle];
    return { judge: undefined, heldout: undefined, warnings };
  }
  const judge = createTextJudge({
    folder,
    splits: splits.texts,
    threads,
    signal,
    windowLength: found.length,
  });
  return { judge, heldout: splits.texts.heldout, warnings: [] };
}

async function scorableWindow({
  model,
  threads,
  signal,
}: JudgingOptions): Promise<{ readonly length: number } | { readonly reason: string }> {
  const engine = await startEngine({ threads, signal });
  try {
    const session = await engine.load(model);
    if (!isByteLanguageModel(session)) {
      return {
        reason: 'the model is not a byte-level language model, and quality is measured on these only',
      };
    }
    const length = await longestWindow(session);
    return length === undefined ? { reason: 'the model runs no window of text' } : { length };
  } catch (error) {
    if (!(error instanceof SenteiError) || error.code === 'cancelled') throw error;
    return { reason: `ONNX Runtime cannot run the model (${error.message})` };
  } finally {
    await engine.close();
  }
}
