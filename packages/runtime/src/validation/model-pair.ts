import type { Feeds } from '@sentei/data';
import { SenteiError } from '@sentei/ir';
import { type Engine, startEngine } from '../process/engine.ts';
import type { ExecutionProvider } from '../process/protocol.ts';
import type { Session } from '../process/session.ts';
import { checkSignatures } from './check-signatures.ts';

export interface PairOptions {
  /** Model files. */
  readonly original: string;
  readonly candidate: string;
  /** Fed to the candidate on every run, for inputs that the original does not have. */
  readonly constants?: Feeds | undefined;
  readonly executionProvider?: ExecutionProvider | undefined;
  /** As for `startEngine`. */
  readonly tf32?: boolean | undefined;
  readonly threads?: number | undefined;
  /** Milliseconds that one run may take. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What the original did: a result, or why there is none. */
export type Attempt<Result> =
  | { readonly ran: true; readonly result: Result }
  | { readonly ran: false; readonly reason: string };

/** Raised inside of an attempt, to tell a failure of the candidate from one of the original. */
class CandidateFailure {
  readonly error: SenteiError;

  constructor(error: SenteiError) {
    this.error = error;
  }
}

/**
 * Two models that have to behave alike, both loaded. What the original cannot run says nothing about the candidate; a
 * candidate that fails where the original runs is broken.
 */
export class ModelPair {
  readonly engine: Engine;
  readonly #paths: Pick<PairOptions, 'original' | 'candidate'>;
  #original: Session;
  #candidate: Session;

  private constructor(engine: Engine, paths: PairOptions, original: Session, candidate: Session) {
    this.engine = engine;
    this.#paths = paths;
    this.#original = original;
    this.#candidate = candidate;
  }

  /**
   * Loads both models.
   *
   * @returns the reason instead of the pair when ONNX Runtime cannot load the original
   * @throws SenteiError `runtime-failed` or `runtime-timeout` when it loads the original and not the candidate or does not
   *   start at all; `models-differ` when they take or give other things; `cancelled`
   */
  static async open(options: PairOptions): Promise<Attempt<ModelPair>> {
    const { threads, timeoutMs, executionProvider, tf32, constants, signal } = options;
    const engine = await startEngine({ threads, timeoutMs, executionProvider, tf32, signal });
    try {
      const original = await attempt(options.original, () => engine.load(options.original));
      if (!original.ran) {
        await engine.close();
        return original;
      }
      const candidate = await onlyCandidate('load', options.candidate, () =>
        engine.load(options.candidate, { constants }),
      );
      checkSignatures(original.result, candidate, options.candidate);
      return { ran: true, result: new ModelPair(engine, options, original.result, candidate) };
    } catch (error) {
      await engine.close();
      throw error instanceof CandidateFailure ? error.error : error;
    }
  }

  /** The original's; the candidate has the same inputs and outputs. */
  get signature(): Pick<Session, 'inputs' | 'outputs'> {
    return this.#original;
  }

  /**
   * Does something with both models.
   *
   * @param what names it, for the message when only the candidate fails
   * @throws SenteiError `runtime-failed` or `runtime-timeout` when only the candidate fails, `cancelled`
   */
  async run<Result>(
    what: string,
    work: (
      onOriginal: <T>(action: (session: Session) => Promise<T>) => Promise<T>,
      onCandidate: <T>(action: (session: Session) => Promise<T>) => Promise<T>,
    ) => Promise<Result>,
  ): Promise<Attempt<Result>> {
    const { original, candidate } = this.#paths;
    try {
      const outcome = await attempt(original, () =>
        work(
          (action) => action(this.#original),
          (action) => onlyCandidate(`run ${what}`, candidate, () => action(this.#candidate)),
        ),
      );
      if (!outcome.ran) await this.#reload();
      return outcome;
    } catch (error) {
      throw error instanceof CandidateFailure ? error.error : error;
    }
  }

  /**
   * As `run`, on inputs that the user has given: what the original cannot run is an error.
   *
   * @throws SenteiError what the original throws, with its code; else as `run`
   */
  async insist<Result>(what: string, work: (session: Session) => Promise<Result>): Promise<[Result, Result]> {
    const original = await work(this.#original).catch(nameOriginal);
    try {
      const { candidate } = this.#paths;
      return [original, await onlyCandidate(`run ${what}`, candidate, () => work(this.#candidate))];
    } catch (error) {
      throw error instanceof CandidateFailure ? error.error : error;
    }
  }

  async close(): Promise<void> {
    await this.engine.close();
  }

  /** A failure may have ended the process. */
  async #reload(): Promise<void> {
    await this.#original.release();
    this.#original = await this.engine.load(this.#paths.original);
  }
}

/** Which of the two models gives no numbers is not told by the example. */
function nameOriginal(cause: unknown): never {
  if (!(cause instanceof SenteiError) || cause.code !== 'not-numbers') throw cause;
  throw new SenteiError(cause.code, `the original: ${cause.message}`, {
    ...(cause.subject !== undefined && { subject: cause.subject }),
    hint: 'leave out of the data what the original gives no numbers for',
    cause,
  });
}

async function attempt<Result>(path: string, action: () => Promise<Result>): Promise<Attempt<Result>> {
  try {
    return { ran: true, result: await action() };
  } catch (error) {
    if (!(error instanceof SenteiError) || error.code === 'cancelled') throw error;
    return { ran: false, reason: withoutPath(error, path) };
  }
}

async function onlyCandidate<Result>(
  what: string,
  path: string,
  action: () => Promise<Result>,
): Promise<Result> {
  try {
    return await action();
  } catch (cause) {
    if (!(cause instanceof SenteiError) || cause.code === 'cancelled') throw cause;
    const isKept = cause.code === 'runtime-timeout' || cause.code === 'not-numbers';
    throw new CandidateFailure(
      new SenteiError(
        isKept ? cause.code : 'runtime-failed',
        `the pruned model does not ${what}, the original does: ${withoutPath(cause, path)}`,
        { subject: path, hint: 'run the passes one by one to see which of them breaks the model', cause },
      ),
    );
  }
}

function withoutPath({ message }: SenteiError, path: string): string {
  return message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;
}
