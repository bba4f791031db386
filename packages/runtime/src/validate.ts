import { type Dataset, type Feeds, hostTensor } from '@sentei/data';
import { inputDefaults, type Progress, readModel, SenteiError } from '@sentei/ir';
import { byteLanguageModelNames } from './metrics/bits-per-byte.ts';
import type { ModelPlacements } from './placement/place-models.ts';
import type { ExecutionProvider, Signature } from './process/protocol.ts';
import { type AgreementFigure, compareAgreement } from './validation/agreement.ts';
import { compareFidelity, type FidelityFigure } from './validation/fidelity.ts';
import { compareMemory, type MemoryFigure } from './validation/memory.ts';
import { ModelPair } from './validation/model-pair.ts';
import { comparePlacement } from './validation/placement.ts';
import { compareQuality, type QualityFigure } from './validation/quality.ts';
import { compareQualityOnData, type HeldoutData } from './validation/quality-on-data.ts';
import { compareSpeed, type SpeedFigure } from './validation/speed.ts';
import { textWindows } from './validation/text-windows.ts';
import type { Effort, LeftOut } from './validation/types.ts';

/** Two model files, and what to compare them on. */
export interface ValidationOptions {
  /** Model files. */
  readonly original: string;
  readonly candidate: string;
  /** Text that no decision was based on; used when both are byte-level language models. */
  readonly heldout?: Uint8Array | undefined;
  /**
   * Examples that no decision was based on, for any kind of model; used beside `heldout`. They may be opened once it is known
   * what the original takes and gives.
   */
  readonly data?: HeldoutData | ((original: Signature) => Promise<HeldoutData | undefined>) | undefined;
  /** Whether peak memory is compared as well, in two more processes each. Default: no. */
  readonly memory?: boolean | undefined;
  /** Sets of inputs of `data` in one run. Default: what the data says, or 1. */
  readonly batch?: number | undefined;
  /** Of all intervals. Default: 0.95. */
  readonly confidence?: number | undefined;
  readonly executionProvider?: ExecutionProvider | undefined;
  /** As for `startEngine`. */
  readonly tf32?: boolean | undefined;
  /** Why times are not compared. Default: they are. */
  readonly withoutSpeed?: string | undefined;
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
      /** Of outputs on held-out examples, which need no labels for it. */
      readonly agreement: readonly AgreementFigure[];
      readonly fidelity: readonly FidelityFigure[];
      readonly speed: readonly SpeedFigure[];
      /** `null` unless it was asked for. */
      readonly memory: MemoryFigure | null;
      readonly leftOut: readonly LeftOut[];
      /** Flags that were fed to the candidate's gates, as its metadata says; none without gates. */
      readonly gates: Readonly<Record<string, readonly boolean[]>>;
      readonly executionProvider: ExecutionProvider;
      /** Whether CUDA was free to multiply in TensorFloat-32. */
      readonly tf32: boolean;
      /** Where the models' nodes ran; `null` on the CPU, and where inputs for it could not be made up. */
      readonly placement: ModelPlacements | null;
      readonly threads: number;
      /** Version of ONNX Runtime. */
      readonly runtimeVersion: string;
    };

type Part<Figure> = { readonly figures: readonly Figure[]; readonly leftOut: readonly LeftOut[] };

/** Examples on which outputs are compared, and bytes of each where they are text. */
const LONGEST_WINDOW = 512;
const AGREEMENT = { full: 64, short: 8 } as const;

/**
 * Compares a pruned model with the original on the inputs that the original runs: quality on held-out text or data, agreement
 * and fidelity of outputs, speed. A model that ONNX Runtime cannot load is `impossible` to validate, which is no error. Gates
 * of the candidate are fed what its metadata says.
 *
 * @throws SenteiError `runtime-failed` or `runtime-timeout` when the candidate fails where the original runs, or ONNX
 *   Runtime does not start; `models-differ`; `invalid-data` and `not-numbers` for examples of `data`; `invalid-graph` for
 *   gates whose metadata does not fit; `cancelled`
 */
export async function validatePair(options: ValidationOptions): Promise<Validation> {
  const { confidence, signal, memory = false, tf32 = true } = options;
  const { effort = 'full', timeoutMs = 120_000, executionProvider = 'cpu', onProgress = () => {} } = options;
  const gates = await gatesOf(options.candidate);
  const opened = await ModelPair.open({ ...options, timeoutMs, constants: constantsOf(gates) });
  if (!opened.ran) return { status: 'impossible', reason: opened.reason };
  const pair = opened.result;
  try {
    const { original, candidate } = options;
    const constants = constantsOf(gates);
    const placing = { executionProvider, tf32, timeoutMs, signal };
    const placement =
      executionProvider === 'cpu'
        ? undefined
        : await unlessUnsupported('placement', async () => {
            onProgress({ message: 'placement of nodes', done: 0, total: 1 });
            const found = await comparePlacement(pair, { original, candidate, constants }, placing);
            return { figures: found === undefined ? [] : [found], leftOut: [] };
          });
    const data = typeof options.data === 'function' ? await options.data(pair.signature) : options.data;
    const { heldout = data?.text } = options;
    const batch = options.batch ?? data?.batch;
    const quality = heldout
      ? await compareQuality(pair, heldout, effort, onProgress, confidence)
      : nothing<QualityFigure>();
    const asked = { effort, batch, confidence, signal, onProgress };
    const onData = data ? await compareQualityOnData(pair, data, asked) : [];
    const agreement: AgreementFigure[] = [];
    const text = textOf(pair, heldout, quality.figures);
    for (const dataset of [text, data?.dataset]) {
      if (dataset === undefined) continue;
      const strict = dataset !== text;
      const compared = await compareAgreement(pair, dataset, {
        ...asked,
        strict,
        examples: AGREEMENT[effort],
      });
      agreement.push(...compared);
    }
    const fidelity = await unlessUnsupported('fidelity', () =>
      compareFidelity(pair, heldout, effort, onProgress),
    );
    const { withoutSpeed } = options;
    const speed =
      withoutSpeed === undefined
        ? await unlessUnsupported('speed', () => compareSpeed(pair, heldout, effort, onProgress, confidence))
        : { figures: [], leftOut: [{ part: 'speed', what: 'all sizes', reason: withoutSpeed } as const] };
    const settings = { threads: pair.engine.threads, executionProvider, tf32, signal };
    const peaks = memory
      ? await compareMemory({ original, candidate, constants }, pair.signature.inputs, settings)
      : null;
    return {
      status: 'done',
      quality: [...quality.figures, ...onData],
      agreement,
      fidelity: fidelity.figures,
      speed: speed.figures,
      memory: peaks,
      leftOut: [...quality.leftOut, ...fidelity.leftOut, ...speed.leftOut, ...(placement?.leftOut ?? [])],
      gates,
      executionProvider,
      tf32,
      placement: placement?.figures[0] ?? null,
      threads: pair.engine.threads,
      runtimeVersion: pair.engine.runtime.version,
    };
  } finally {
    await pair.close();
  }
}

/** Windows that the original is known to run. */
function textOf(
  { signature }: ModelPair,
  text: Uint8Array | undefined,
  [figure]: readonly QualityFigure[],
): Dataset | undefined {
  const names = byteLanguageModelNames(signature);
  if (text === undefined || names === undefined || figure?.windowLength === undefined) return undefined;
  const [, sequence] = signature.inputs[0]?.dims ?? [];
  const length = typeof sequence === 'number' ? sequence : Math.min(LONGEST_WINDOW, figure.windowLength);
  return textWindows(text, names.input, length);
}

/** A file that cannot be read is left to ONNX Runtime, which says so in its own words. */
async function gatesOf(candidate: string): Promise<Readonly<Record<string, readonly boolean[]>>> {
  const model = await readModel(candidate).catch(() => undefined);
  return model === undefined ? {} : Object.fromEntries(inputDefaults(model));
}

function constantsOf(gates: Readonly<Record<string, readonly boolean[]>>): Feeds {
  const tensors = Object.entries(gates).map(
    ([name, flags]) => [name, hostTensor('bool', [flags.length], Uint8Array.from(flags, Number))] as const,
  );
  return Object.fromEntries(tensors);
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
