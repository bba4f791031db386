import type { Progress } from '@sentei/ir';
import { SenteiError } from '@sentei/ir';
import { compareFidelity, type FidelityFigure } from './validation/fidelity.ts';
import { ModelPair } from './validation/model-pair.ts';
import { compareQuality, type QualityFigure } from './validation/quality.ts';
import { compareSpeed, type SpeedFigure } from './validation/speed.ts';
import type { Effort, LeftOut } from './validation/types.ts';

/** Two model files, and what to compare them on. */
export interface ValidationOptions {
  /** Model files. */
  readonly original: string;
  readonly candidate: string;
  /** Text that no decision was based on; used when both are byte-level language models. */
  readonly heldout?: Uint8Array | undefined;
  readonly threads?: number | undefined;
  readonly effort?: Effort | undefined;
  /** Milliseconds that one run may take; the original running into it leaves that size out. Default: two minutes. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Hears how far the comparison is. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** What was measured on both models, or why ONNX Runtime could not measure anything. */
export type Validation =
  | { readonly status: 'impossible'; readonly reason: string }
  | {
      readonly status: 'done';
      readonly quality: readonly QualityFigure[];
      readonly fidelity: readonly FidelityFigure[];
      readonly speed: readonly SpeedFigure[];
      readonly leftOut: readonly LeftOut[];
      readonly threads: number;
      /** Version of ONNX Runtime. */
      readonly runtimeVersion: string;
    };

type Part<Figure> = { readonly figures: readonly Figure[]; readonly leftOut: readonly LeftOut[] };

/**
 * Compares a pruned model with the original on the inputs that the original runs: quality on held-out text, fidelity of
 * outputs, speed. A model that ONNX Runtime cannot load is `impossible` to validate, which is no error.
 *
 * @throws SenteiError `runtime-failed` or `runtime-timeout` when the candidate fails where the original runs, or ONNX
 *   Runtime does not start; `cancelled`
 */
export async function validatePair(options: ValidationOptions): Promise<Validation> {
  const { heldout, effort = 'full', timeoutMs = 120_000, onProgress = () => {} } = options;
  const opened = await ModelPair.open({ ...options, timeoutMs });
  if (!opened.ran) return { status: 'impossible', reason: opened.reason };
  const pair = opened.result;
  try {
    const quality = heldout
      ? await compareQuality(pair, heldout, effort, onProgress)
      : nothing<QualityFigure>();
    const fidelity = await unlessUnsupported('fidelity', () =>
      compareFidelity(pair, heldout, effort, onProgress),
    );
    const speed = await unlessUnsupported('speed', () => compareSpeed(pair, heldout, effort, onProgress));
    return {
      status: 'done',
      quality: quality.figures,
      fidelity: fidelity.figures,
      speed: speed.figures,
      leftOut: [...quality.leftOut, ...fidelity.leftOut, ...speed.leftOut],
      threads: pair.engine.threads,
      runtimeVersion: pair.engine.runtime.version,
    };
  } finally {
    await pair.close();
  }
}

function nothing<Figure>(): Part<Figure> {
  return { figures: [], leftOut: [] };
}

/** Some models have inputs that nothing can be made up for. */
async function unlessUnsupported<Figure>(
  part: LeftOut['part'],
  compare: () => Promise<Part<Figure>>,
): Promise<Part<Figure>> {
  try {
    return await compare();
  } catch (error) {
    if (!(error instanceof SenteiError) || error.code !== 'unsupported-model') throw error;
    return { figures: [], leftOut: [{ part, what: 'all sizes', reason: error.message }] };
  }
}
