import { type Judge, type Pass, SenteiError } from '@sentei/ir';
import {
  createTextJudge,
  type HeldoutData,
  isByteLanguageModel,
  longestWindow,
  type Session,
  startEngine,
} from '@sentei/runtime';
import type { DataSplits } from './data-splits.ts';
import { prepareCard } from './prepare-card.ts';

/** What the data that was given can be used for. */
export interface Judging {
  readonly judge: Judge | undefined;
  /** The held-out text, when the model can be scored on it. */
  readonly heldout: Uint8Array | undefined;
  /** The held-out examples of a card. */
  readonly data?: HeldoutData | undefined;
  readonly warnings: readonly string[];
}

export interface JudgingOptions {
  /** Model file. */
  readonly model: string;
  readonly passes: readonly Pass[];
  /** Parts of a text. */
  readonly splits: DataSplits | undefined;
  /** A dataset card, instead of a text. */
  readonly card?: string | undefined;
  /** A text that is to judge, which is in the splits of a text and which a card refuses. */
  readonly heldout?: string | undefined;
  /** Folder for trial models. */
  readonly folder: string;
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
}

/** What can be done with the data, or why nothing. */
type Found = Pick<Judging, 'judge' | 'heldout' | 'data'> & { readonly reason?: string | undefined };

/**
 * Makes a judge of a card, or of text where the model is a byte-level language model, and says what is missing where not.
 *
 * @throws SenteiError `cancelled`; `runtime-failed` when ONNX Runtime does not start; as `prepareCard`
 */
export async function prepareJudge(options: JudgingOptions): Promise<Judging> {
  const empirical = [
    ...new Set(options.passes.filter((pass) => pass.guarantee === 'empirical').map((pass) => pass.id)),
  ];
  const idle = empirical.map((id) => `${id} has nothing to judge on and will refuse all it finds`);
  if (options.splits === undefined && options.card === undefined) {
    const warnings = idle.map((text) => `${text}: give a text or a dataset card with --data`);
    return { judge: undefined, heldout: undefined, warnings };
  }
  const { reason, ...found } = await withOriginal(options, (session) =>
    options.card === undefined
      ? prepareText(session, options)
      : prepareCard(session, { ...options, card: options.card }).then((card) => ({
          ...card,
          heldout: undefined,
        })),
  );
  if (found.judge !== undefined) return { ...found, warnings: [] };
  const what = found.data ? 'nothing is judged on the data' : 'the data is not used';
  return { ...found, warnings: [`${what}: ${reason}`, ...idle] };
}

async function withOriginal(
  { model, threads, signal }: JudgingOptions,
  prepare: (session: Session) => Promise<Found>,
): Promise<Found> {
  const engine = await startEngine({ threads, signal });
  try {
    const session = await engine.load(model).catch(asReason);
    if (typeof session === 'string') return { judge: undefined, heldout: undefined, reason: session };
    return await prepare(session);
  } finally {
    await engine.close();
  }
}

async function prepareText(session: Session, options: JudgingOptions): Promise<Found> {
  const unused = (reason: string): Found => ({ judge: undefined, heldout: undefined, reason });
  const { splits, folder, threads, signal } = options;
  if (splits === undefined || !isByteLanguageModel(session)) {
    return unused('text measures byte-level language models only: write a dataset card for another model');
  }
  const windowLength = await longestWindow(session).catch(asReason);
  if (typeof windowLength === 'string') return unused(windowLength);
  if (windowLength === undefined) return unused('the model runs no window of text');
  const judge = createTextJudge({ folder, splits: splits.texts, threads, signal, windowLength });
  return { judge, heldout: splits.texts.heldout };
}

/** What ONNX Runtime says of a model it cannot run is no error here. */
function asReason(error: unknown): string {
  if (!(error instanceof SenteiError) || error.code === 'cancelled') throw error;
  return `ONNX Runtime cannot run the model (${error.message})`;
}
