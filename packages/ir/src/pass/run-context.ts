import { setImmediate as nextTurn } from 'node:timers/promises';
import { SenteiError } from '../errors.ts';
import { seededRandom } from '../random.ts';
import type { PassContext, RunContext } from './pass.ts';

/** Milliseconds between two turns of the event loop. */
const PATIENCE = 20;

/** A context that belongs to one run of one pass, with what the pass has counted. */
export class PassRunContext implements RunContext {
  readonly counters: Record<string, number> = {};
  readonly random: RunContext['random'];
  readonly #context: PassContext;
  readonly #id: string;
  #turnAt = performance.now();

  /** @param seed the same seed and the same text give the same random numbers */
  constructor(context: PassContext, id: string, seed = 0, text = id) {
    this.#context = context;
    this.#id = id;
    this.random = seededRandom(hash(text, seed));
  }

  get logger(): PassContext['logger'] {
    return this.#context.logger;
  }

  get judge(): PassContext['judge'] {
    return this.#context.judge;
  }

  get executor(): PassContext['executor'] {
    return this.#context.executor;
  }

  get calibration(): PassContext['calibration'] {
    return this.#context.calibration;
  }

  get maxDrop(): number {
    return this.#context.maxDrop;
  }

  get confidence(): PassContext['confidence'] {
    return this.#context.confidence;
  }

  get signal(): AbortSignal | undefined {
    return this.#context.signal;
  }

  progress: PassContext['progress'] = (progress) => this.#context.progress(progress);

  count = (name: string, amount = 1): void => {
    const before = Object.hasOwn(this.counters, name) ? (this.counters[name] ?? 0) : 0;
    this.counters[name] = before + amount;
  };

  throwIfCancelled = (): void => {
    if (!this.#context.signal?.aborted) return;
    throw new SenteiError('cancelled', `pass ${this.#id} was cancelled`, {
      subject: this.#id,
      hint: 'patches that were kept before are still in the model',
    });
  };

  checkpoint = async (): Promise<void> => {
    if (performance.now() - this.#turnAt >= PATIENCE) {
      await nextTurn();
      this.#turnAt = performance.now();
    }
    this.throwIfCancelled();
  };
}

/** A context with everything a pass may ask for, for passes that are run by others than the pass manager. */
export function completeContext(context: PassContext, id: string): RunContext {
  return isRunContext(context) ? context : new PassRunContext(context, id);
}

function isRunContext(context: PassContext): context is RunContext {
  return (
    'checkpoint' in context && 'random' in context && 'count' in context && 'throwIfCancelled' in context
  );
}

/** FNV-1a over the characters, which spreads texts that differ in a digit. */
function hash(text: string, seed: number): number {
  let state = (0x811c9dc5 ^ seed) >>> 0;
  for (const character of text) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return state;
}
