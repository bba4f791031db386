import type { Feeds, HostTensor } from '@sentei/data';
import { Accumulator } from './accumulator.ts';
import type { BatchItems } from './batch-rows.ts';
import { type Plan, valuesOf } from './plan.ts';
import { TapError, type TapFault } from './tap-fault.ts';

/** What the process that holds a model is asked to do for a calibration. */
export type ReduceStep =
  /** Begin with nothing. */
  | { readonly step: 'begin'; readonly plan: Plan }
  /** Run the model and add what its values say. */
  | { readonly step: 'add'; readonly feeds: Feeds; readonly items: BatchItems }
  /** Hand over the statistics so far, and begin with nothing. */
  | { readonly step: 'take' };

/** What comes back: tensors never do. */
export interface Reduced {
  /** Statistics as `Accumulator.decode` reads them, for `take`. */
  readonly statistics?: Uint8Array;
  /** Why the batch was not added. */
  readonly fault?: TapFault;
}

/** Runs a model once and gives the outputs with these names. */
type Run = (feeds: Feeds, outputs: readonly string[]) => Promise<Readonly<Record<string, HostTensor>>>;

/** Reduces batches inside the process that runs the model. */
export class Reducer {
  readonly #run: Run;
  readonly #outputs: ReadonlySet<string>;
  #plan: Plan | undefined;
  #sums: Accumulator | undefined;

  /** @param outputs names of the model's outputs; other values of a plan are inputs, taken from the feeds */
  constructor(run: Run, outputs: readonly string[]) {
    this.#run = run;
    this.#outputs = new Set(outputs);
  }

  async reduce(request: ReduceStep): Promise<Reduced> {
    if (request.step === 'begin') {
      this.#plan = request.plan;
      this.#sums = new Accumulator(request.plan);
      return {};
    }
    if (!this.#plan || !this.#sums) throw new Error('no calibration has begun');
    if (request.step === 'take') {
      const statistics = this.#sums.encode();
      this.#sums = new Accumulator(this.#plan);
      return { statistics };
    }
    const { feeds, items } = request;
    const wanted = valuesOf(this.#plan).filter((name) => this.#outputs.has(name));
    // A model without a tap among its outputs need not run: its inputs are the feeds.
    const computed = wanted.length > 0 ? await this.#run(feeds, wanted) : {};
    try {
      this.#sums.add({ ...feeds, ...computed }, items);
      return {};
    } catch (error) {
      if (error instanceof TapError) return { fault: error.fault };
      throw error;
    }
  }
}
