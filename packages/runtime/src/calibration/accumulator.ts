import type { HostTensor } from '@sentei/data';
import type { TapStatistics } from '@sentei/ir';
import { type BatchItems, BatchRows } from './batch-rows.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import type { Plan } from './plan.ts';
import { TapAccumulator } from './tap-accumulator.ts';

/** The statistics of all taps of a plan. Adding batches in any order, in any division that is merged, gives the same bits. */
export class Accumulator {
  readonly #plan: Plan;
  readonly #taps: readonly TapAccumulator[];

  constructor(plan: Plan, taps: readonly TapAccumulator[] = plan.taps.map((tap) => new TapAccumulator(tap))) {
    this.#plan = plan;
    this.#taps = taps;
  }

  /**
   * Adds one batch.
   *
   * @param tensors each value of the plan, by name
   * @throws TapError
   */
  add(tensors: Readonly<Record<string, HostTensor>>, items: BatchItems): void {
    const rows = new BatchRows(tensors, items, this.#plan.nonFinite);
    // A fault in any tap leaves all of them as they were.
    const selected = this.#plan.taps.map((tap) => rows.select(tap));
    for (const [index, tapRows] of selected.entries()) this.#taps[index]?.add(tapRows);
  }

  /** Adds what another accumulator of the same plan has. @throws TapError when features differ */
  merge(other: Accumulator): void {
    for (const [index, tap] of other.#taps.entries()) this.#taps[index]?.merge(tap);
  }

  results(): TapStatistics[] {
    return this.#taps.map((tap) => tap.result());
  }

  write(writer: ByteWriter): void {
    for (const tap of this.#taps) tap.write(writer);
  }

  encode(): Uint8Array {
    const writer = new ByteWriter();
    this.write(writer);
    return writer.finish();
  }

  /** @param subject where the bytes are from, for messages. @throws SenteiError `invalid-data` */
  static decode(bytes: Uint8Array, plan: Plan, subject: string): Accumulator {
    const reader = new ByteReader(bytes, subject);
    const taps = plan.taps.map((tap) => TapAccumulator.read(reader, tap));
    reader.end();
    return new Accumulator(plan, taps);
  }
}
