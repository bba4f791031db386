import { createHash } from 'node:crypto';
import { type Calibration, SenteiError } from '@sentei/ir';
import { z } from 'zod';
import { EXECUTION_PROVIDERS, GRAPH_OPTIMIZATION_LEVELS } from '../process/engine.ts';
import { Accumulator } from './accumulator.ts';
import { plan } from './plan.ts';
import { TapError } from './tap-fault.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().max(10_000);

/** Version of what is computed and how it is laid out in a file. */
export const STATISTICS_VERSION = 1;

/** Everything that decides what the statistics are: those of equal identity can be merged. */
export const identity = z.strictObject({
  /** `hashModel` of the model without taps. */
  model: hash,
  data: z.strictObject({ fingerprint: text, examples: z.int().min(1) }),
  /** Examples of a block. */
  batch: z.int().min(1),
  settings: z.strictObject({
    threads: z.int().min(1),
    graphOptimizationLevel: z.enum(GRAPH_OPTIMIZATION_LEVELS),
    executionProvider: z.enum(EXECUTION_PROVIDERS),
  }),
  versions: z.strictObject({ onnxruntime: text, statistics: z.literal(STATISTICS_VERSION) }),
  plan,
});

/** Blocks `from` up to, not including, `to`. */
export const range = z
  .tuple([z.int().min(0), z.int().min(0)])
  .refine(([from, to]) => from <= to, 'a range ends before it begins');

/** Everything that decides what statistics are: model, data, batch size, settings, versions and taps. */
export type Identity = z.output<typeof identity>;
/** Blocks `from` up to, not including, `to`. */
export type Range = readonly [from: number, to: number];

/** Names for people, which decide nothing. */
export interface Labels {
  readonly model: string;
  readonly data: string;
}

/** Statistics of some of the blocks of the data, which can still be merged with others. */
export interface Statistics {
  readonly identity: Identity;
  readonly labels: Labels;
  /** Blocks that are in, in order, none of which touch. */
  readonly covered: readonly Range[];
  readonly sums: Accumulator;
}

/** Statistics of nothing yet. */
export function emptyStatistics(identity: Identity, labels: Labels): Statistics {
  return { identity, labels, covered: [], sums: new Accumulator(identity.plan) };
}

/** A name for statistics of equal identity. */
export function hashIdentity(identity: Identity): string {
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex');
}

/** All blocks of the data. */
export function blocksOf({ data, batch }: Identity): number {
  return Math.ceil(data.examples / batch);
}

/** Examples behind the statistics. */
export function examplesOf({ identity: { data, batch }, covered }: Statistics): number {
  return covered.reduce(
    (sum, [from, to]) => sum + Math.min(to * batch, data.examples) - Math.min(from * batch, data.examples),
    0,
  );
}

/** The statistics in plain data, for passes and for people. */
export function summarizeStatistics(statistics: Statistics): Calibration {
  return { examples: examplesOf(statistics), taps: statistics.sums.results() };
}

/**
 * Joins statistics of different blocks: the same bits as if one run had seen them all, in whatever order they come.
 *
 * @param parts with what messages call each; taken one by one
 * @throws SenteiError `invalid-data` when two are not of the same model, data, taps, settings and versions, or hold the same
 *   blocks
 */
export function mergeStatistics(parts: Iterable<readonly [Statistics, subject: string]>): Statistics {
  const merge = new StatisticsMerge();
  for (const [part, subject] of parts) merge.add(part, subject);
  return merge.result();
}

/** Joins statistics one after the other, so that two are in memory at most. */
export class StatisticsMerge {
  #merged: Statistics | undefined;
  #first = '';
  readonly #sources: { readonly range: Range; readonly subject: string }[] = [];

  /** @throws SenteiError `invalid-data` as {@link mergeStatistics} */
  add(part: Statistics, subject: string): void {
    if (this.#merged === undefined) this.#first = subject;
    this.#merged ??= emptyStatistics(part.identity, part.labels);
    const { identity, labels, sums } = this.#merged;
    checkSame(identity, part.identity, this.#first, subject);
    for (const each of part.covered) {
      const known = this.#sources.find(({ range: [from, to] }) => each[0] < to && from < each[1]);
      if (known !== undefined) {
        throw new SenteiError('invalid-data', `${subject} has blocks that ${known.subject} has too`, {
          subject,
          hint: 'merge each shard once',
        });
      }
    }
    this.#sources.push(...part.covered.map((range) => ({ range, subject })));
    mergeSums(sums, part.sums, subject);
    this.#merged = { identity, labels, covered: joinRanges(this.#sources.map(({ range }) => range)), sums };
  }

  /** @throws SenteiError `invalid-data` when nothing was added */
  result(): Statistics {
    if (this.#merged) return this.#merged;
    throw new SenteiError('invalid-data', 'there are no statistics to merge');
  }
}

/** Ranges in order, those that touch made one. */
export function joinRanges(ranges: readonly Range[]): Range[] {
  const joined: [number, number][] = [];
  for (const [from, to] of ranges.filter(([from, to]) => from < to).sort(([a], [b]) => a - b)) {
    const last = joined.at(-1);
    if (last && last[1] >= from) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

/** Blocks of the data that the statistics lack. */
export function missingBlocks({ identity, covered }: Statistics): Range[] {
  const missing: Range[] = [];
  let at = 0;
  for (const [from, to] of covered) {
    if (from > at) missing.push([at, from]);
    at = to;
  }
  const end = blocksOf(identity);
  return at < end ? [...missing, [at, end]] : missing;
}

function mergeSums(sums: Accumulator, other: Accumulator, subject: string): void {
  try {
    sums.merge(other);
  } catch (error) {
    if (!(error instanceof TapError)) throw error;
    const { value, message } = error.fault;
    throw new SenteiError('invalid-data', `${subject}: value '${value}' ${message}`, { subject });
  }
}

const PARTS = {
  model: 'models',
  data: 'data',
  batch: 'batch sizes',
  settings: 'settings of ONNX Runtime',
  versions: 'versions',
  plan: 'taps',
} as const;

function checkSame(a: Identity, b: Identity, subjectA: string, subjectB: string): void {
  for (const part of Object.keys(PARTS) as (keyof typeof PARTS)[]) {
    if (JSON.stringify(a[part]) === JSON.stringify(b[part])) continue;
    throw new SenteiError(
      'invalid-data',
      `${subjectA} and ${subjectB} cannot be merged: their ${PARTS[part]} differ`,
      { subject: subjectB, hint: 'merge shards of one calibration, made with the same options' },
    );
  }
}
