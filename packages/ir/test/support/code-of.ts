import { SenteiError } from '../../src/index.ts';

/** The code of the SenteiError that `run` throws; other errors pass through. */
export function codeOf(run: () => unknown): string {
  return errorOf(run)?.code ?? 'nothing thrown';
}

export function errorOf(run: () => unknown): SenteiError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof SenteiError) return error;
    throw error;
  }
}

/** The SenteiError that a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<SenteiError | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (error instanceof SenteiError) return error;
    throw error;
  }
}
