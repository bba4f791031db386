import type { Report, ValidationEffort } from '@sentei/report';
import {
  type Budget,
  type ExecutionProvider,
  type HeldoutData,
  type Validation,
  validatePair,
} from '@sentei/runtime';
import { chooseProvider } from './choose-provider.ts';
import type { Target } from './passes.ts';
import type { Listener } from './progress.ts';

export interface ResultFiles {
  readonly original: string;
  readonly candidate: string;
  readonly heldout: Uint8Array | undefined;
  /** Held-out examples of a card. */
  readonly data?: HeldoutData | undefined;
  readonly threads: number;
  readonly effort: ValidationEffort;
  /** What the result was made for. Default: `cpu`. */
  readonly target?: Target | undefined;
  /** What to run it on instead. */
  readonly provider?: ExecutionProvider | undefined;
  /** Of intervals, and whether memory has to be known: as the budget asks. */
  readonly budget?: Budget | undefined;
  /** Whether any patch was applied; a copy of the original needs no comparison. */
  readonly isChanged: boolean;
  readonly listener: Listener;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Compares the result with the original as thoroughly as was asked for, and warns about what could not be compared.
 *
 * @throws SenteiError as `validatePair`
 */
export async function validateResult(files: ResultFiles): Promise<Report['validation']> {
  const { original, candidate, heldout, data, threads, effort, budget, isChanged, listener, signal } = files;
  if (!isChanged) {
    listener.info('nothing was changed: the result is a copy of the original, byte by byte');
    return { status: 'skipped', reason: 'the result is a copy of the original' };
  }
  if (effort === 'none') {
    listener.warn('the result was not compared with the original, as asked');
    return { status: 'skipped', reason: 'as asked' };
  }
  listener.step('comparing the result with the original');
  const { target = 'cpu', provider } = files;
  const chosen = await chooseProvider({ target, provider, listener, signal });
  const onProgress = listener.progress.bind(listener);
  const validation = await validatePair({
    original,
    candidate,
    heldout,
    data,
    threads,
    effort,
    executionProvider: chosen.provider,
    withoutSpeed: chosen.withoutSpeed,
    confidence: budget?.confidence,
    memory: budget?.maxMemoryRatio !== undefined,
    signal,
    onProgress,
  });
  const gaps = gapsOf(validation, heldout !== undefined || data?.metric !== undefined);
  // That times are missing has been said, with the reason.
  const said = chosen.withoutSpeed;
  for (const gap of gaps) if (said === undefined || !gap.endsWith(said)) listener.warn(gap);
  return validation;
}

/** Parts of which nothing could be measured. */
export function gapsOf(validation: Validation, hasText: boolean): string[] {
  if (validation.status === 'impossible') {
    return [`the result could not be compared: ONNX Runtime cannot run the original (${validation.reason})`];
  }
  const { quality, fidelity, speed, leftOut } = validation;
  const parts = { fidelity, speed, ...(hasText ? { quality } : {}) };
  return Object.entries(parts).flatMap(([part, figures]) => {
    const reason = leftOut.find((each) => each.part === part)?.reason;
    return figures.length > 0 ? [] : [`${part} could not be measured: ${reason ?? 'nothing could be run'}`];
  });
}
