import { type ExecutionProvider, type ProviderTrial, tryProvider } from '@sentei/runtime';
import type { Target } from './passes.ts';
import type { Listener } from './progress.ts';
import { throwIfCancelled } from './run-passes.ts';

/** What a result was made for, and what it is to run on. */
export interface ProviderChoice {
  readonly target: Target;
  /** What was asked for. Default: the target, where it starts. */
  readonly provider?: ExecutionProvider | undefined;
  readonly listener: Listener;
  readonly signal?: AbortSignal | undefined;
  /** Finds out whether a provider starts. */
  readonly attempt?: typeof tryProvider | undefined;
}

/** What the comparison runs on. */
export interface ChosenProvider {
  readonly provider: ExecutionProvider;
  /** Why times are not compared: they would be those of another device than the target. */
  readonly withoutSpeed?: string | undefined;
}

/**
 * Decides what a result is compared with its original on: its target, unless another provider was asked for or the target does
 * not start here. Then the CPU tells its accuracy, and nothing about its times.
 *
 * @throws SenteiError `cancelled`
 */
export async function chooseProvider(choice: ProviderChoice): Promise<ChosenProvider> {
  const { target, provider, listener, signal, attempt = tryProvider } = choice;
  if (provider !== undefined || target === 'cpu') {
    const chosen = provider ?? target;
    if (chosen !== 'cpu' || target === 'cpu') return { provider: chosen };
    return { provider: 'cpu', withoutSpeed: notRun(target, 'the CPU was asked for', listener) };
  }
  const trial: ProviderTrial = await attempt(target, { signal });
  throwIfCancelled(signal);
  if (trial.works) return { provider: target };
  const why = `${target} does not start here: ${trial.reason.replace(/\.$/, '')}`;
  return { provider: 'cpu', withoutSpeed: notRun(target, why, listener) };
}

function notRun(target: Target, why: string, listener: Listener): string {
  listener.warn(
    `the result was not run on ${target}, which it was made for (${why}); it is compared on the CPU, for its accuracy alone`,
  );
  return `not run on ${target}`;
}
