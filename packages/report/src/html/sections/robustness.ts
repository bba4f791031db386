import { z } from 'zod';
import { formatChange, formatCount, formatNumber, formatShare } from '../../text/format.ts';
import { type ChartKit, drawChart } from '../chart.ts';
import { html, type Markup, modelText } from '../markup.ts';
import { drawTable, type TableFields } from '../table.ts';
import type { PageInput } from '../types.ts';
import { dropBudget } from '../verdict.ts';

const MOST_ROWS = 60;

const range = z.object({ lower: z.number(), upper: z.number(), confidence: z.number() });

const qualityFigure = z.object({
  metric: z.string(),
  where: z.string(),
  shift: z.string().nullable(),
  examples: z.number(),
  original: z.number(),
  candidate: z.number(),
  drop: z.number(),
  interval: range.nullable().catch(null),
});

const statistic = z.object({ mean: z.number(), interval: range.nullable().catch(null) });

const agreementFigure = z.object({
  output: z.string(),
  where: z.string(),
  examples: z.number(),
  cosine: statistic,
  divergence: statistic.nullable().catch(null),
  top1: statistic.nullable().catch(null),
});

type QualityFigure = z.output<typeof qualityFigure>;
type AgreementFigure = z.output<typeof agreementFigure>;

/** The figures of one kind in the validation, or else in the report; what has another form is passed over. */
function figuresIn<Figure>(
  input: PageInput,
  name: 'quality' | 'agreement',
  figure: z.ZodType<Figure>,
): Figure[] {
  const file = z.object({ validation: z.object({ [name]: z.array(z.unknown()) }) });
  for (const each of [input.validation, input.report]) {
    const { success, data } = file.safeParse(each);
    if (!success) continue;
    const found = (data.validation[name] ?? []).flatMap((value) => {
      const parsed = figure.safeParse(value);
      return parsed.success ? [parsed.data] : [];
    });
    if (found.length > 0) return found;
  }
  return [];
}

/** Loss on held-out data and on shifted data, with intervals, and how far outputs agree. */
export function drawRobustness(kit: ChartKit, input: PageInput): Markup {
  const quality = figuresIn(input, 'quality', qualityFigure);
  const agreement = figuresIn(input, 'agreement', agreementFigure);
  const hasShifts = quality.some(({ shift }) => shift !== null);
  return html`<section aria-labelledby="robustness"><h2 id="robustness">Quality on held-out and on shifted data</h2>
${quality.length === 0 ? html`<p>Not measured: there was no data with a metric.</p>` : drawLosses(kit, quality, input)}
${hasShifts ? undefined : html`<p>Not measured on shifted data: <code>sentei validate --shift</code> does. A part that was removed may have been what held there.</p>`}
${agreement.length === 0 ? undefined : drawAgreement(agreement)}
</section>
`;
}

function nameOf({ metric, where, shift }: QualityFigure): string {
  return `${metric}, ${where}${shift === null || shift === where ? '' : `, ${shift}`}`;
}

function drawLosses(kit: ChartKit, quality: readonly QualityFigure[], input: PageInput): Markup {
  const { Plot } = kit;
  const shown = quality.slice(0, MOST_ROWS);
  const rows = shown.map((figure, index) => ({
    // Names may be equal, and an axis has each only once.
    row: index,
    shifted: figure.shift === null ? 'as it is' : 'shifted',
    drop: 100 * figure.drop,
    lower: 100 * (figure.interval?.lower ?? figure.drop),
    upper: 100 * (figure.interval?.upper ?? figure.drop),
  }));
  const maxDrop = dropBudget(input);
  const budget = 100 * maxDrop;
  const short = (text: string) => (text.length > 38 ? `${[...text].slice(0, 37).join('')}…` : text);
  return drawChart(kit, {
    title: 'Loss on each set of data',
    description: `Relative to the original, with the paired bootstrap interval as a bar. The dashed line is the budget of ${formatShare(maxDrop)}, the whole one no loss.`,
    key: [
      { label: 'data as it is', colour: 'var(--original)', shape: 'circle' },
      { label: 'shifted data', colour: 'var(--candidate)', shape: 'triangle' },
    ],
    options: {
      height: 80 + 30 * shown.length,
      marginLeft: 280,
      x: {
        label: 'loss, %',
        grid: true,
        nice: true,
        domain: domainOf([0, budget, ...rows.flatMap(({ lower, upper }) => [lower, upper])]),
      },
      y: { axis: null, type: 'band', domain: rows.map(({ row }) => row), padding: 0.3 },
      color: {
        type: 'categorical',
        domain: ['as it is', 'shifted'],
        range: ['var(--original)', 'var(--candidate)'],
      },
      symbol: { domain: ['as it is', 'shifted'], range: ['circle', 'triangle'] },
      marks: [
        Plot.ruleX([0], { stroke: 'var(--ink)' }),
        Plot.ruleX([budget], { stroke: 'var(--ink)', strokeDasharray: '5 4' }),
        Plot.text(rows, {
          y: 'row',
          text: (_, index: number) => short(nameOf(shown[index] as QualityFigure)),
          frameAnchor: 'left',
          textAnchor: 'end',
          dx: -12,
        }),
        Plot.ruleY(rows, {
          y: 'row',
          x1: 'lower',
          x2: 'upper',
          stroke: 'shifted',
          strokeWidth: 4,
          strokeOpacity: 0.6,
        }),
        Plot.dot(rows, {
          y: 'row',
          x: 'drop',
          stroke: 'shifted',
          symbol: 'shifted',
          fill: 'var(--paper)',
          r: 5,
          strokeWidth: 2,
        }),
      ],
    },
    table: qualityTable(shown),
  });
}

function domainOf(figures: readonly number[]): [number, number] {
  const [lowest, highest] = [Math.min(...figures), Math.max(...figures)];
  return lowest === highest ? [lowest - 1, highest + 1] : [lowest, highest];
}

function qualityTable(quality: readonly QualityFigure[]): TableFields {
  return {
    caption: 'Quality of original and pruned model',
    head: ['metric', 'data', 'shift', 'examples', 'original', 'pruned', 'loss', 'interval of the loss'],
    rows: quality.map(({ metric, where, shift, examples, original, candidate, drop, interval }) => [
      modelText(metric, 40),
      modelText(where, 60),
      shift === null ? 'none' : modelText(shift, 60),
      formatCount(examples),
      formatNumber(original),
      formatNumber(candidate),
      formatChange(drop),
      interval === null ? 'too few examples' : betweenShares(interval),
    ]),
    words: [1, 2],
  };
}

function betweenShares({ lower, upper, confidence }: z.output<typeof range>): string {
  return `${formatChange(lower)} to ${formatChange(upper)} (${formatNumber(100 * confidence)} %)`;
}

function drawAgreement(agreement: readonly AgreementFigure[]): Markup {
  const cell = (figure: z.output<typeof statistic> | null) =>
    figure === null ? 'not defined' : `${formatNumber(figure.mean)}${intervalOf(figure.interval)}`;
  return drawTable({
    caption: 'How far outputs agree with those of the original, on average over examples',
    head: ['output', 'data', 'examples', 'cosine', 'divergence, nats', 'same top-1'],
    rows: agreement
      .slice(0, MOST_ROWS)
      .map(({ output, where, examples, cosine, divergence, top1 }) => [
        modelText(output, 60),
        modelText(where, 60),
        formatCount(examples),
        cell(cosine),
        cell(divergence),
        cell(top1),
      ]),
    words: [1],
  });
}

function intervalOf(interval: z.output<typeof range> | null): string {
  return interval === null ? '' : ` (${formatNumber(interval.lower)} to ${formatNumber(interval.upper)})`;
}
