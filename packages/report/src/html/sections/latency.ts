import { formatMilliseconds, formatNumber } from '../../text/format.ts';
import { type ChartKey, type ChartKit, drawChart, logAxis } from '../chart.ts';
import { html, type Markup, modelText } from '../markup.ts';
import type { TableFields } from '../table.ts';
import type { LatencyFigure, LatencyPoint } from '../types.ts';

/** Sizes whose distributions are drawn. */
const MOST_POINTS = 16;
/** Single runs that are drawn of each model at each size. */
const MOST_TIMES = 120;
/** Sizes that an axis names one by one. */
const MOST_TICKS = 8;

const KEY: readonly ChartKey[] = [
  { label: 'original', colour: 'var(--original)', shape: 'square' },
  { label: 'pruned', colour: 'var(--candidate)', shape: 'diamond' },
];

const MODELS = ['original', 'pruned'] as const;
const COLOURS = {
  type: 'categorical',
  domain: [...MODELS],
  range: ['var(--original)', 'var(--candidate)'],
} as const;
const SYMBOLS = { domain: [...MODELS], range: ['square', 'diamond'] } as const;

/** Times of both models: how they lie at each size, and how they grow with it. */
export function drawLatency(kit: ChartKit, points: readonly LatencyPoint[]): Markup {
  return html`<section aria-labelledby="latency"><h2 id="latency">Time per run</h2>
${
  points.length === 0
    ? html`<p>Not measured: neither the validation nor a benchmark has times. <code>sentei benchmark</code> measures them.</p>`
    : html`${drawDistributions(kit, points)}${groupsOf(points).map(([group, members]) => drawGrowth(kit, group, members))}`
}
</section>
`;
}

function groupsOf(points: readonly LatencyPoint[]): [string, LatencyPoint[]][] {
  const groups = new Map<string, LatencyPoint[]>();
  for (const point of points) {
    const key =
      point.batch === undefined || point.length === undefined
        ? point.group
        : `${point.group}, batch ${point.batch}`;
    groups.set(key, [...(groups.get(key) ?? []), point]);
  }
  return [...groups];
}

interface DrawnFigure {
  readonly model: (typeof MODELS)[number];
  readonly figure: LatencyFigure;
}

const figuresOf = ({ original, candidate }: LatencyPoint): DrawnFigure[] => [
  { model: 'original', figure: original },
  { model: 'pruned', figure: candidate },
];

/** The interval of the median where there is one, else the middle half of the samples. */
const rangeOf = ({ interval, lowerQuartile, upperQuartile }: LatencyFigure) =>
  interval ?? { lower: lowerQuartile, upper: upperQuartile };

function drawDistributions(kit: ChartKit, points: readonly LatencyPoint[]): Markup {
  const { Plot } = kit;
  const shown = points.slice(0, MOST_POINTS);
  const labels = shown.map((point, index) => labelOf(point, index, shown));
  const figures = shown.flatMap((point, index) =>
    figuresOf(point).map(({ model, figure }) => ({ label: labels[index] ?? '', model, ...figure })),
  );
  const runs = figures.flatMap(({ label, model, times = [] }) =>
    thin(times).map((time) => ({ label, model, time })),
  );
  const hasTimes = runs.length > 0;
  return drawChart(kit, {
    title: 'How times lie',
    description: `Bars reach from the lower to the upper quartile, marks are medians${hasTimes ? ', thin strokes single runs' : ''}. The axis is logarithmic: equal distances are equal ratios.`,
    key: KEY,
    ...(points.length > shown.length
      ? { note: `The first ${shown.length} of ${points.length} sizes; the table has all.` }
      : {}),
    options: {
      height: 60 + 56 * shown.length,
      marginLeft: 8,
      marginTop: 34,
      x: {
        ...logAxis('milliseconds', [
          ...figures.flatMap(({ lowerQuartile, median, upperQuartile }) => [
            lowerQuartile,
            median,
            upperQuartile,
          ]),
          ...runs.map(({ time }) => time),
        ]),
        grid: true,
      },
      y: { axis: null, domain: [...MODELS], padding: 0.1 },
      fy: { axis: null, domain: labels, padding: 0.35 },
      color: COLOURS,
      symbol: { domain: [...SYMBOLS.domain], range: [...SYMBOLS.range] },
      marks: [
        Plot.text(labels, {
          fy: (label) => label,
          text: (label) => label,
          frameAnchor: 'top-left',
          dy: -16,
          dx: -6,
          fontWeight: 600,
        }),
        Plot.tickX(runs, { fy: 'label', y: 'model', x: 'time', stroke: 'model', strokeOpacity: 0.3 }),
        Plot.ruleY(figures, {
          fy: 'label',
          y: 'model',
          x1: 'lowerQuartile',
          x2: 'upperQuartile',
          stroke: 'model',
          strokeWidth: 4,
          strokeOpacity: 0.7,
        }),
        Plot.dot(figures, {
          fy: 'label',
          y: 'model',
          x: 'median',
          stroke: 'model',
          symbol: 'model',
          fill: 'var(--paper)',
          r: 5,
          strokeWidth: 2,
        }),
      ],
    },
    table: timesTable('Times of original and pruned model', points),
  });
}

/** Labels that two points share get the settings they were measured with, and else a number. */
function labelOf(point: LatencyPoint, index: number, all: readonly LatencyPoint[]): string {
  const sameLabel = all.filter(({ label }) => label === point.label);
  if (sameLabel.length === 1) return point.label;
  const sameGroup = sameLabel.filter(({ group }) => group === point.group);
  return sameGroup.length === 1
    ? `${point.label} (${point.group})`
    : `${point.label} (${point.group}, ${index + 1})`;
}

/** So many of the times that lie evenly between the shortest and the longest in rank. */
function thin(times: readonly number[]): number[] {
  const sorted = times.filter((time) => time > 0).sort((a, b) => a - b);
  if (sorted.length <= MOST_TIMES) return sorted;
  return Array.from(
    { length: MOST_TIMES },
    (_, index) => sorted[Math.round((index * (sorted.length - 1)) / (MOST_TIMES - 1))] ?? 0,
  );
}

/** A curve over whatever differs between the points of a group. */
function drawGrowth(kit: ChartKit, group: string, points: readonly LatencyPoint[]): Markup | undefined {
  const axis = axisOf(points);
  if (axis === undefined) return undefined;
  const { Plot } = kit;
  const figures = points.flatMap((point) =>
    figuresOf(point).map(({ model, figure }) => ({
      size: point[axis] ?? 0,
      model,
      median: figure.median,
      ...rangeOf(figure),
    })),
  );
  const sizes = [...new Set(figures.map(({ size }) => size))];
  const kind = points.every(({ original }) => original.interval)
    ? 'confidence intervals of the medians'
    : 'quartiles';
  return drawChart(kit, {
    title: `Time by ${axis}${group === '' ? '' : ` (${group})`}`,
    description: `Median times, with ${kind} as upright bars. Both axes are logarithmic.`,
    key: [
      { label: 'original', colour: 'var(--original)', shape: 'square' },
      { label: 'pruned', colour: 'var(--candidate)', shape: 'diamond' },
      { label: 'lines of the pruned model are dashed', colour: 'var(--candidate)', shape: 'dash' },
    ],
    options: {
      height: 320,
      x: logAxis(axis, sizes, sizes.length <= MOST_TICKS ? sizes : undefined),
      y: {
        ...logAxis(
          'milliseconds',
          figures.flatMap(({ lower, median, upper }) => [lower, median, upper]),
        ),
        grid: true,
      },
      color: COLOURS,
      symbol: { domain: [...SYMBOLS.domain], range: [...SYMBOLS.range] },
      marks: [
        MODELS.map((model) =>
          Plot.line(
            figures.filter((figure) => figure.model === model),
            {
              x: 'size',
              y: 'median',
              sort: 'size',
              stroke: 'model',
              strokeWidth: 2,
              ...(model === 'pruned' ? { strokeDasharray: '6 4' } : {}),
            },
          ),
        ),
        Plot.ruleX(figures, { x: 'size', y1: 'lower', y2: 'upper', stroke: 'model', strokeWidth: 2 }),
        Plot.dot(figures, {
          x: 'size',
          y: 'median',
          stroke: 'model',
          symbol: 'model',
          fill: 'var(--paper)',
          r: 4,
          strokeWidth: 2,
        }),
      ],
    },
    table: timesTable(`Times by ${axis}`, points),
  });
}

function axisOf(points: readonly LatencyPoint[]): 'length' | 'batch' | undefined {
  const differs = (axis: 'length' | 'batch') =>
    points.every((point) => (point[axis] ?? 0) > 0) && new Set(points.map((point) => point[axis])).size > 1;
  return differs('length') ? 'length' : differs('batch') ? 'batch' : undefined;
}

function timesTable(caption: string, points: readonly LatencyPoint[]): TableFields {
  return {
    caption,
    head: [
      'size',
      'measured with',
      'original',
      'middle half',
      'pruned',
      'middle half',
      'speed-up',
      'range',
      'found',
    ],
    rows: points.map(({ label, group, original, candidate, speedup, speedupRange, verdict }) => [
      modelText(label, 60),
      modelText(group, 80),
      formatMilliseconds(original.median),
      between(original.lowerQuartile, original.upperQuartile),
      formatMilliseconds(candidate.median),
      between(candidate.lowerQuartile, candidate.upperQuartile),
      `${speedup.toFixed(2)} ×`,
      speedupRange === undefined
        ? 'not measured'
        : `${between(speedupRange.lower, speedupRange.upper)} (${speedupRange.kind})`,
      verdict ?? '',
    ]),
    words: [1, 8],
  };
}

function between(lower: number, upper: number): string {
  return `${formatNumber(lower)} to ${formatNumber(upper)}`;
}
