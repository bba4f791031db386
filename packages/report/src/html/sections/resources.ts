import { z } from 'zod';
import { formatBytes, formatCount, formatMilliseconds, formatNumber } from '../../text/format.ts';
import { type Content, html, type Markup, modelText } from '../markup.ts';
import { drawTable } from '../table.ts';
import type { PageInput } from '../types.ts';

const MOST_ROWS = 100;

const summary = z.object({ median: z.number() });

const peak = z.discriminatedUnion('status', [
  z.object({ status: z.literal('known'), bytes: z.number() }),
  z.object({ status: z.literal('unknown'), reason: z.string() }),
]);

const modelFigures = z.object({
  start: z.object({
    total: summary,
    session: summary,
    firstRun: summary,
    memoryLoaded: peak,
    memoryRan: peak,
  }),
  energy: z.object({ joules: summary, joulesAboveIdle: summary }).optional().catch(undefined),
});

const figure = z.object({
  label: z.string(),
  graphOptimizationLevel: z.string(),
  original: modelFigures,
  candidate: modelFigures.optional().catch(undefined),
});

const modelWork = z.object({
  flops: z.object({ least: z.number(), most: z.number().nullable() }),
  bytes: z.number(),
  unknown: z.array(z.unknown()),
});

const pointWork = z.object({
  label: z.string(),
  original: modelWork,
  candidate: modelWork.optional().catch(undefined),
});

const benchmarkFile = z.object({
  work: z.array(z.unknown()).catch([]),
  figures: z.array(z.unknown()),
  energy: z
    .discriminatedUnion('status', [
      z.object({ status: z.literal('measured'), method: z.string() }),
      z.object({ status: z.literal('unknown'), reason: z.string() }),
    ])
    .optional()
    .catch(undefined),
});

const validationFile = z.object({
  validation: z.object({ memory: z.object({ size: z.string(), original: peak, candidate: peak }) }),
});

type Figure = z.output<typeof figure>;

/** What the models take besides time: until the first result, of memory, of energy. */
export function drawResources({ benchmark, validation, report }: PageInput): Markup {
  const { success, data } = benchmarkFile.safeParse(benchmark);
  const figures = success
    ? data.figures.flatMap((each) => {
        const parsed = figure.safeParse(each);
        return parsed.success ? [parsed.data] : [];
      })
    : [];
  return html`<section aria-labelledby="resources"><h2 id="resources">Memory, cold start, work and energy</h2>
${figures.length > 0 ? html`${drawStarts(figures)}${drawWork(data?.work ?? [])}${drawEnergy(figures, data?.energy)}` : drawMemory([validation, report])}
</section>
`;
}

/** One row for each model at each point. */
function rowsOf(
  figures: readonly Figure[],
  cells: (model: z.output<typeof modelFigures>) => Content[],
): Content[][] {
  return figures
    .flatMap(({ label, graphOptimizationLevel, original, candidate }): Content[][] => {
      const place = modelText(`${label}, ${graphOptimizationLevel}`, 80);
      const rows: Content[][] = [[place, 'original', ...cells(original)]];
      if (candidate !== undefined) rows.push([place, 'pruned', ...cells(candidate)]);
      return rows;
    })
    .slice(0, MOST_ROWS);
}

function drawStarts(figures: readonly Figure[]): Markup {
  return drawTable({
    caption: 'From nothing to the first result, and the peak of the whole process',
    head: [
      'size, optimization',
      'model',
      'total',
      'session',
      'first run',
      'memory loaded',
      'memory, after runs',
    ],
    rows: rowsOf(figures, ({ start }) => [
      formatMilliseconds(start.total.median),
      formatMilliseconds(start.session.median),
      formatMilliseconds(start.firstRun.median),
      peakText(start.memoryLoaded),
      peakText(start.memoryRan),
    ]),
    words: [1],
  });
}

/** Arithmetic that was counted from the graphs. */
function drawWork(work: readonly unknown[]): Markup | undefined {
  const points = work.flatMap((each) => {
    const parsed = pointWork.safeParse(each);
    return parsed.success ? [parsed.data] : [];
  });
  if (points.length === 0) return undefined;
  const row = (
    label: string,
    name: string,
    { flops, bytes, unknown }: z.output<typeof modelWork>,
  ): Content[] => [
    modelText(label, 80),
    name,
    formatBounds(flops),
    formatBytes(bytes),
    formatCount(unknown.length),
  ];
  const rows = points.flatMap(({ label, original, candidate }) => [
    row(label, 'original', original),
    ...(candidate === undefined ? [] : [row(label, 'pruned', candidate)]),
  ]);
  return drawTable({
    caption:
      'Arithmetic of one run, counted from the graph; a multiplication with an addition is two operations',
    head: ['size', 'model', 'operations', 'bytes moved', 'nodes not counted'],
    rows: rows.slice(0, MOST_ROWS),
    words: [1],
  });
}

function formatBounds({ least, most }: z.output<typeof modelWork>['flops']): string {
  if (most === null) return `at least ${formatCount(least)}`;
  return least === most ? formatCount(least) : `${formatCount(least)} to ${formatCount(most)}`;
}

function drawEnergy(figures: readonly Figure[], told: z.output<typeof benchmarkFile>['energy']): Markup {
  if (told?.status !== 'measured') {
    return html`<p>Energy is unknown: ${modelText(told?.reason ?? 'the benchmark does not say', 300)}.</p>`;
  }
  return html`${drawTable({
    caption: 'Energy of one run',
    head: ['size, optimization', 'model', 'per run', 'above idle'],
    rows: rowsOf(
      figures.filter(({ original }) => original.energy !== undefined),
      ({ energy }) => [joules(energy?.joules), joules(energy?.joulesAboveIdle)],
    ),
    words: [1],
  })}<p class="note">${modelText(told.method, 300)}</p>`;
}

/** The validation knows peaks at one size, where it was asked for them. */
function drawMemory(files: readonly unknown[]): Markup {
  for (const file of files) {
    const { success, data } = validationFile.safeParse(file);
    if (!success) continue;
    const { size, original, candidate } = data.validation.memory;
    return html`${drawTable({
      caption: 'Peak memory of the whole process',
      head: ['size', 'original', 'pruned'],
      rows: [[modelText(size, 60), peakText(original), peakText(candidate)]],
    })}<p>Cold start and energy were not measured: <code>sentei benchmark</code> does.</p>`;
  }
  return html`<p>Not measured: <code>sentei benchmark</code> measures them.</p>`;
}

function peakText(found: z.output<typeof peak>): Content {
  return found.status === 'known' ? formatBytes(found.bytes) : modelText(`unknown: ${found.reason}`, 60);
}

function joules(found: z.output<typeof summary> | undefined): string {
  return found === undefined ? 'unknown' : `${formatNumber(found.median)} J`;
}
