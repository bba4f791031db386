import { quantileOf, type TapStatistics } from '@sentei/ir';
import { drawTable, formatCount, formatNumber } from '@sentei/report';
import { missingBlocks, type Statistics, summarizeStatistics } from '@sentei/runtime';

/** What a statistics file holds, in plain data. */
export interface StatisticsDescription {
  readonly model: string;
  readonly data: string;
  readonly examples: number;
  /** Whether all of the data is in. */
  readonly isComplete: boolean;
  /** Examples of a block, and the blocks that are in: from, up to and not including. */
  readonly batch: number;
  readonly blocks: readonly (readonly [number, number])[];
  readonly settings: Statistics['identity']['settings'];
  readonly versions: Statistics['identity']['versions'];
  readonly taps: readonly TapStatistics[];
}

export function describeStatistics(statistics: Statistics): StatisticsDescription {
  const { identity, labels, covered } = statistics;
  const { examples, taps } = summarizeStatistics(statistics);
  return {
    ...labels,
    examples,
    isComplete: missingBlocks(statistics).length === 0,
    batch: identity.batch,
    blocks: covered,
    settings: identity.settings,
    versions: identity.versions,
    taps,
  };
}

const HEAD = ['value', 'rows', 'features', 'mean', 'deviation', 'least', 'most', 'median', '99 %', 'also'];

/** A table with a row for each tap, over all of its features together. */
export function drawStatistics({ model, data, examples, isComplete, taps }: StatisticsDescription): string {
  const rows = taps.map((tap) => {
    const { value, features } = tap;
    const count = features === 0 ? '' : formatCount(features);
    return [value, formatCount(tap.rows), count, ...figuresOf(tap), ...quantilesOf(tap), othersOf(tap)];
  });
  const part = isComplete ? '' : ', a part of the data';
  return [
    `${model} on ${data}: ${formatCount(examples)} examples${part}\n`,
    drawTable(
      HEAD,
      rows,
      ['left', ...HEAD.slice(2).map(() => 'right' as const), 'left'],
      [40, ...HEAD.slice(2).map(() => 20), 40],
    ),
  ].join('');
}

/** Features have equally many rows: the variance is the mean of theirs and that of their means. */
function figuresOf({ moments }: TapStatistics): string[] {
  if (moments === undefined) return ['', '', '', ''];
  const average = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const mean = average(moments.mean);
  const variance = average(moments.variance) + average(moments.mean.map((each) => (each - mean) ** 2));
  const least = moments.minimum.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = moments.maximum.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return [mean, Math.sqrt(variance), least, most].map(formatNumber);
}

function quantilesOf({ quantiles }: TapStatistics): string[] {
  return quantiles ? [0.5, 0.99].map((share) => formatNumber(quantileOf(quantiles, share))) : ['', ''];
}

function othersOf({ skipped, gram, cross = [], histogram, reservoir }: TapStatistics): string {
  return [
    gram && `Gram ${gram.shape.join(' × ')}`,
    ...cross.map(({ shape }) => `cross ${shape.join(' × ')}`),
    histogram && `histogram of ${histogram.counts.length}`,
    reservoir && `${reservoir.rows} rows`,
    skipped > 0 && `${formatCount(skipped)} rows skipped`,
  ]
    .filter((part) => typeof part === 'string')
    .join(', ');
}
