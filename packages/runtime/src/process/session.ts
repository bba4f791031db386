import { type Feeds, type HostTensor, hostTensor } from '@sentei/data';
import { SenteiError } from '@sentei/ir';
import type { Reduced, ReduceStep } from '../calibration/reducer.ts';
import { byteLanguageModelNames } from '../metrics/bits-per-byte.ts';
import type { OutputReduction } from '../metrics/output-reduction.ts';
import { checkFeeds } from './check-feeds.ts';
import type { Signature, StepRequest, StepResult, ValueSignature } from './protocol.ts';
import type { WorkerProcess } from './worker-process.ts';

/** One model loaded in a process of its own. Made by `Engine.load`. */
export class Session {
  /** The model file, as the caller named it. */
  readonly path: string;
  /** In the order of the file; symbolic dimensions by name. */
  readonly inputs: readonly ValueSignature[];
  readonly outputs: readonly ValueSignature[];
  readonly #worker: WorkerProcess;
  /** Go with every run, unseen by callers. */
  readonly #constants: Feeds;

  /** @throws SenteiError `invalid-data` when the model has no such input as a constant is for, or it does not fit */
  constructor(path: string, { inputs, outputs }: Signature, worker: WorkerProcess, constants: Feeds = {}) {
    const isConstant = ({ name }: ValueSignature) => Object.hasOwn(constants, name);
    checkFeeds(constants, inputs.filter(isConstant), path);
    this.path = path;
    this.inputs = inputs.filter((input) => !isConstant(input));
    this.outputs = outputs;
    this.#worker = worker;
    this.#constants = constants;
  }

  /** The operating system's id of the process that holds the model. */
  get processId(): number | undefined {
    return this.#worker.processId;
  }

  /**
   * Runs the model once.
   *
   * @param outputs names of the outputs wanted; the default is all of them
   * @returns tensors by output name
   * @throws SenteiError `invalid-data` when feeds do not fit, else as {@link Session.time}
   */
  async run(
    feeds: Feeds,
    { outputs }: { readonly outputs?: readonly string[] } = {},
  ): Promise<Readonly<Record<string, HostTensor>>> {
    checkFeeds(feeds, this.inputs, this.path);
    const unknown = outputs?.find((name) => !this.outputs.some((output) => output.name === name));
    if (unknown !== undefined || outputs?.length === 0) {
      const fault = unknown === undefined ? 'no output is asked for' : `'${unknown}' is not an output`;
      throw new SenteiError('invalid-data', `${this.path}: ${fault}`, { subject: this.path });
    }
    const all = this.#complete(feeds);
    const request = { kind: 'run', feeds: all, ...(outputs ? { outputs } : {}) } as const;
    return (await this.#worker.exchange(request, this.path)).outputs;
  }

  /**
   * Runs the model once and keeps outputs in its process, as inputs of the next step.
   *
   * @param step which outputs, and what the inputs start with; see `StepRequest`
   * @throws SenteiError as {@link Session.run}; `runtime-failed` for a first step without a start
   */
  async step(step: Omit<StepRequest, 'kind'>): Promise<StepResult> {
    const isCarried = ({ name }: ValueSignature) => step.carried.some(({ input }) => input === name);
    checkFeeds(
      step.feeds,
      this.inputs.filter((input) => !isCarried(input)),
      this.path,
    );
    if (step.start) checkFeeds(step.start, this.inputs.filter(isCarried), this.path);
    const request = { ...step, kind: 'step', feeds: this.#complete(step.feeds) } as const;
    const { outputs, milliseconds, carriedBytes } = await this.#worker.exchange(request, this.path);
    return { outputs, milliseconds, carriedBytes };
  }

  /**
   * Times `runs` runs inside the worker, one after the other; outputs never leave it.
   *
   * @returns milliseconds of each run
   * @throws SenteiError `runtime-failed`, `runtime-timeout` (for all runs together) or `cancelled`
   */
  async time(feeds: Feeds, runs: number): Promise<readonly number[]> {
    checkFeeds(feeds, this.inputs, this.path);
    if (!Number.isSafeInteger(runs) || runs < 1) {
      throw new SenteiError('invalid-option', `runs must be a positive integer, not ${runs}`);
    }
    const all = this.#complete(feeds);
    return (await this.#worker.exchange({ kind: 'time', feeds: all, runs }, this.path)).milliseconds;
  }

  /**
   * Mean bits per predicted byte over one window, by a byte-level language model. Logits stay in the worker.
   *
   * @param window L bytes, of which the last L - 1 are predicted
   * @throws SenteiError `unsupported-model` when the model is not a byte-level language model, `invalid-data` when the
   *   window is shorter than two bytes, `not-numbers` when a logit is NaN
   */
  async score(window: Uint8Array): Promise<number> {
    const names = byteLanguageModelNames(this);
    if (!names) {
      throw new SenteiError('unsupported-model', `${this.path}: not a byte-level language model`, {
        subject: this.path,
        hint: 'One int64 input [batch, sequence] and one float output [batch, sequence, 256] are needed.',
      });
    }
    if (window.length < 2) {
      throw new SenteiError('invalid-data', 'a window needs at least two bytes', { subject: this.path });
    }
    const ids = hostTensor('int64', [1, window.length], BigInt64Array.from(window, BigInt));
    const reduction = { kind: 'next-token-loss', logits: names.output, ids: names.input } as const;
    const { nats } = await this.reduce({ [names.input]: ids }, reduction);
    const bits = Number(nats?.data[0]) / Math.LN2 / (window.length - 1);
    if (Number.isNaN(bits)) {
      throw new SenteiError('not-numbers', `${this.path}: output '${names.output}' is not numbers`, {
        subject: this.path,
      });
    }
    return bits;
  }

  /**
   * Runs the model once and gives what its process makes of the outputs, which stay there.
   *
   * @returns tensors by name, as the reduction says
   * @throws SenteiError as {@link Session.run}
   */
  async reduce(feeds: Feeds, reduction: OutputReduction): Promise<Readonly<Record<string, HostTensor>>> {
    checkFeeds(feeds, this.inputs, this.path);
    const all = this.#complete(feeds);
    return (await this.#worker.exchange({ kind: 'reduce', feeds: all, reduction }, this.path)).outputs;
  }

  /**
   * Writes the profile of all runs so far, of a model that was loaded with `profile`; later runs are not profiled.
   *
   * @throws SenteiError as {@link Session.time}
   */
  async endProfile(): Promise<void> {
    await this.#worker.exchange({ kind: 'end-profile' }, this.path);
  }

  /**
   * One step of a calibration, in the process of the model. Tensors stay there.
   *
   * @throws SenteiError `invalid-data` when feeds do not fit, else as {@link Session.time}
   */
  async accumulate(step: ReduceStep): Promise<Reduced> {
    if (step.step === 'add') checkFeeds(step.feeds, this.inputs, this.path);
    return (await this.#worker.exchange({ kind: 'accumulate', step }, this.path)).reduced;
  }

  /** Ends the process that holds the model, which gives back all of its memory. May be called twice. */
  release(): Promise<void> {
    return this.#worker.stop();
  }

  #complete(feeds: Feeds): Feeds {
    return { ...feeds, ...this.#constants };
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}
