import type { TapStatistics } from '@sentei/ir';
import type { TapRows } from './batch-rows.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { FixedHistogram } from './fixed-histogram.ts';
import { GramSums } from './gram.ts';
import { LogHistogram } from './log-histogram.ts';
import { MomentSums } from './moments.ts';
import { isByFeature, type PlannedTap } from './plan.ts';
import { Reservoir } from './reservoir.ts';
import { TapError } from './tap-fault.ts';

/** Sums of products that one matrix may have: 25 bytes each. */
const LARGEST_GRAM = 2 ** 25;

/** Columns of the values of a tap: of its own, and of those it is multiplied with. */
interface Columns {
  readonly own: number;
  readonly others: readonly number[];
}

interface Sums {
  readonly columns: Columns;
  readonly moments: MomentSums | undefined;
  readonly gram: GramSums | undefined;
  readonly cross: readonly GramSums[];
  readonly histogram: FixedHistogram | undefined;
  readonly quantiles: LogHistogram | undefined;
  readonly reservoir: Reservoir | undefined;
}

/** The statistics of one tap. How many features it has is known from the first batch on. */
export class TapAccumulator {
  readonly #tap: PlannedTap;
  #rows = 0;
  #skipped = 0;
  #sums: Sums | undefined;

  constructor(tap: PlannedTap) {
    this.#tap = tap;
  }

  /** @throws TapError */
  add({ own, others, origins, skipped }: TapRows): void {
    const columns = this.#columns(
      own.features,
      others.map(({ features }) => features),
    );
    const { moments, gram, cross, histogram, quantiles, reservoir } = this.#open(columns);
    moments?.add(own);
    gram?.add(own);
    for (const [index, sums] of cross.entries()) sums.add(own, others[index]);
    histogram?.add(own);
    quantiles?.add(own);
    reservoir?.add(own, origins);
    this.#rows += own.rows;
    this.#skipped += skipped;
  }

  /** @throws TapError when the features differ */
  merge(other: TapAccumulator): void {
    this.#rows += other.#rows;
    this.#skipped += other.#skipped;
    if (other.#sums === undefined) return;
    const own = this.#open(other.#sums.columns);
    const { moments, gram, cross, histogram, quantiles, reservoir } = other.#sums;
    if (moments) own.moments?.merge(moments);
    if (gram) own.gram?.merge(gram);
    for (const [index, sums] of cross.entries()) own.cross[index]?.merge(sums);
    if (histogram) own.histogram?.merge(histogram);
    if (quantiles) own.quantiles?.merge(quantiles);
    if (reservoir) own.reservoir?.merge(reservoir);
  }

  result(): TapStatistics {
    const counts = { value: this.#tap.value, rows: this.#rows, skipped: this.#skipped };
    if (this.#sums === undefined) return { ...counts, features: 0 };
    const { columns, moments, gram, cross, histogram, quantiles, reservoir } = this.#sums;
    return {
      ...counts,
      features: isByFeature(this.#tap) ? columns.own : 0,
      moments: moments?.result(),
      gram: gram?.result(),
      cross: cross.length > 0 ? cross.map((sums) => sums.result()) : undefined,
      histogram: histogram?.result(),
      quantiles: quantiles?.result(),
      reservoir: reservoir?.result(),
    };
  }

  write(writer: ByteWriter): void {
    writer.number(this.#rows);
    writer.number(this.#skipped);
    writer.number(this.#sums === undefined ? 0 : 1);
    if (this.#sums === undefined) return;
    const { columns, moments, gram, cross, histogram, quantiles, reservoir } = this.#sums;
    for (const count of [columns.own, ...columns.others]) writer.number(count);
    for (const part of [moments, gram, ...cross, histogram, quantiles, reservoir]) part?.write(writer);
  }

  /** @throws SenteiError `invalid-data` */
  static read(reader: ByteReader, tap: PlannedTap): TapAccumulator {
    const accumulator = new TapAccumulator(tap);
    accumulator.#rows = reader.whole();
    accumulator.#skipped = reader.whole();
    if (reader.whole(1) === 0) return accumulator;
    const own = reader.whole(2 ** 31);
    const others = tap.cross.map(() => reader.whole(2 ** 31));
    if (
      [own * own, ...others.map((each) => own * each)].some((size) => size > 2 * LARGEST_GRAM) &&
      isSquare(tap)
    )
      throw reader.fault('a matrix is too large');
    const { moments, gram, histogram, quantiles, reservoir } = tap;
    accumulator.#sums = {
      columns: { own, others },
      moments: moments && MomentSums.read(reader, moments === 'feature' ? own : 1),
      gram: gram ? GramSums.read(reader, own) : undefined,
      cross: others.map((right) => GramSums.read(reader, own, right)),
      histogram: histogram && FixedHistogram.read(reader, histogram),
      quantiles: quantiles && LogHistogram.read(reader, quantiles.bits),
      reservoir: reservoir && Reservoir.read(reader, reservoir.rows, reservoir.seed, own),
    };
    return accumulator;
  }

  /** Where no figure is kept by feature, their number may differ from batch to batch. */
  #columns(own: number, others: readonly number[]): Columns {
    return isByFeature(this.#tap) ? { own, others } : { own: 1, others: [] };
  }

  #open(columns: Columns): Sums {
    this.#sums ??= this.#create(columns);
    const known = this.#sums.columns;
    const [before, now] = [known, columns].map(({ own, others }) => [own, ...others].join(', '));
    if (before !== now) {
      const message = `has ${now} features in one batch and ${before} in another`;
      throw new TapError({ code: 'invalid-data', value: this.#tap.value, message });
    }
    return this.#sums;
  }

  #create(columns: Columns): Sums {
    const { value, moments, gram, histogram, quantiles, reservoir } = this.#tap;
    const { own, others } = columns;
    const sizes = [...(gram ? [(own * (own + 1)) / 2] : []), ...others.map((each) => own * each)];
    if (sizes.some((size) => size > LARGEST_GRAM)) {
      const message = `has ${[own, ...others].join(' and ')} features, too many for a matrix of all their products`;
      throw new TapError({ code: 'invalid-option', value, message });
    }
    return {
      columns,
      moments: moments && new MomentSums(moments === 'feature' ? own : 1),
      gram: gram ? new GramSums(own) : undefined,
      cross: others.map((right) => new GramSums(own, right)),
      histogram: histogram && new FixedHistogram(histogram),
      quantiles: quantiles && new LogHistogram(quantiles.bits),
      reservoir: reservoir && new Reservoir(reservoir.rows, reservoir.seed, own),
    };
  }
}

function isSquare({ gram, cross }: PlannedTap): boolean {
  return gram || cross.length > 0;
}
