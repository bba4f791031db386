import { formatChange, formatCount, formatMilliseconds, formatShare } from '../../text/format.ts';
import { type TriedChange, triedChanges } from '../candidates.ts';
import { type ChartKey, type ChartKit, drawChart, logAxis } from '../chart.ts';
import { html, type Markup, modelText } from '../markup.ts';
import type { TableFields } from '../table.ts';
import type { LatencyPoint, PageInput } from '../types.ts';
import { dropBudget } from '../verdict.ts';

/** Changes that are drawn; of more, those that lost least. */
const MOST_CHANGES = 1000;

const LOOKS = {
  applied: { colour: 'var(--original)', shape: 'circle' },
  reverted: { colour: 'var(--bad)', shape: 'cross' },
  refused: { colour: 'var(--candidate)', shape: 'triangle' },
} as const;

const KEY: readonly ChartKey[] = [
  { label: 'applied', ...LOOKS.applied },
  { label: 'reverted on other data', ...LOOKS.reverted },
  { label: 'refused', ...LOOKS.refused },
];

const SYMBOLS = {
  domain: ['applied', 'reverted', 'refused', 'original', 'result'],
  range: ['circle', 'times', 'triangle', 'square', 'diamond'],
} as const;

const COLOURS = {
  type: 'categorical',
  domain: [...SYMBOLS.domain],
  range: ['var(--original)', 'var(--bad)', 'var(--candidate)', 'var(--ink)', 'var(--ink)'],
} as const;

/** What was lost: by the place in the model, by what is left of it, and against the time it takes. */
export function drawQuality(kit: ChartKit, input: PageInput, latency: readonly LatencyPoint[]): Markup {
  const tried = triedChanges(input.report);
  const shown = [...tried].sort((a, b) => a.drop - b.drop).slice(0, MOST_CHANGES);
  return html`<section aria-labelledby="quality"><h2 id="quality">Quality against depth and time</h2>
${
  tried.length === 0
    ? html`<p>Not measured: no pass tried a change on data. Changes that are exact or proven need no trial, and without <code>--data</code> there is nothing to try the others on.</p>`
    : html`${drawDepth(kit, shown, input)}${drawTradeOff(kit, shown, input)}`
}
${drawAgainstTime(kit, input, latency)}
</section>
`;
}

const percent = (share: number) => 100 * share;

/** Per cent on the axis of losses: linear up to 1, logarithmic beyond, on both sides of zero. */
const TICKS = [-100, -30, -10, -3, -1, 0, 1, 3, 10, 30, 100, 300, 1000, 3000];

function lossAxis(losses: readonly number[]) {
  const [lowest, highest] = [Math.min(0, ...losses), Math.max(1, ...losses)];
  const ticks = TICKS.filter((tick) => tick >= lowest && tick <= highest);
  return { type: 'symlog', constant: 1, label: 'loss, %', grid: true, ticks, tickFormat: 'd' } as const;
}

function drawDepth(kit: ChartKit, tried: readonly TriedChange[], { report }: PageInput): Markup {
  const placed = tried.filter(({ block }) => block !== undefined);
  if (placed.length === 0)
    return html`<p>The changes that were tried are about no single block of the original.</p>`;
  const { Plot } = kit;
  const points = placed.map((change) => ({
    block: change.block ?? 0,
    drop: percent(change.drop),
    decision: change.patch.decision,
  }));
  const budget = percent(report.options.maxDrop);
  return drawChart(kit, {
    title: 'Loss by depth',
    description: `What the model loses without each part, by the block it is in; the dashed line is the budget of ${formatShare(report.options.maxDrop)}.`,
    key: KEY,
    note: 'Each is measured on the model as the pass had left it by then, with the others of its round still in place.',
    options: {
      height: 300,
      x: { label: 'block of the original', tickFormat: 'd', nice: true, interval: 1, type: 'linear' },
      y: lossAxis([budget, ...points.map(({ drop }) => drop)]),
      color: COLOURS,
      symbol: { domain: [...SYMBOLS.domain], range: [...SYMBOLS.range] },
      marks: [
        Plot.ruleY([0], { stroke: 'var(--line)' }),
        Plot.ruleY([budget], { stroke: 'var(--ink)', strokeDasharray: '5 4' }),
        Plot.dot(points, {
          x: 'block',
          y: 'drop',
          stroke: 'decision',
          symbol: 'decision',
          r: 4.5,
          strokeWidth: 2,
        }),
      ],
    },
    table: changesTable('Changes that were tried, by depth', placed),
  });
}

function drawTradeOff(kit: ChartKit, tried: readonly TriedChange[], { report }: PageInput): Markup {
  const { Plot } = kit;
  const { source, result, budget } = report;
  const ends = [
    { parameters: source.parameters, drop: 0, decision: 'original' },
    ...(budget.heldoutDrop === undefined
      ? []
      : [{ parameters: result.parameters, drop: percent(budget.heldoutDrop), decision: 'result' }]),
  ];
  const points = tried.map((change) => ({
    parameters: change.parameters,
    drop: percent(change.drop),
    decision: change.patch.decision as string,
  }));
  return drawChart(kit, {
    title: 'Loss against what is left of the model',
    description:
      'Every change that was tried: parameters that are left with it, and what it loses. Further left and further down is better.',
    key: [
      ...KEY,
      { label: 'original', colour: 'var(--ink)', shape: 'square' },
      ...(ends.length > 1
        ? [{ label: 'result, on held-out data', colour: 'var(--ink)', shape: 'diamond' } as const]
        : []),
    ],
    note: 'Changes were tried for quality and not for time: the result alone was timed, see below.',
    options: {
      height: 300,
      x: { label: 'parameters left', tickFormat: '~s', nice: true },
      y: lossAxis([...points, ...ends].map(({ drop }) => drop)),
      color: COLOURS,
      symbol: { domain: [...SYMBOLS.domain], range: [...SYMBOLS.range] },
      marks: [
        Plot.ruleY([0], { stroke: 'var(--line)' }),
        Plot.dot([...points, ...ends], {
          x: 'parameters',
          y: 'drop',
          stroke: 'decision',
          symbol: 'decision',
          r: 4.5,
          strokeWidth: 2,
        }),
      ],
    },
    table: changesTable('Changes that were tried, least loss first', tried),
  });
}

function changesTable(caption: string, tried: readonly TriedChange[]): TableFields {
  return {
    caption,
    head: ['change', 'pass', 'block', 'loss', 'measured on', 'parameters left', 'decision'],
    rows: tried.map(({ patch, pass, block, drop, split, parameters }) => [
      modelText(patch.name, 80),
      modelText(pass, 40),
      block ?? 'several or none',
      formatChange(drop),
      split,
      formatCount(parameters),
      patch.decision,
    ]),
    words: [1, 2, 4, 6],
  };
}

function drawAgainstTime(kit: ChartKit, input: PageInput, latency: readonly LatencyPoint[]): Markup {
  const { budget } = input.report;
  const limit = percent(dropBudget(input));
  if (latency.length === 0 || budget.heldoutDrop === undefined) {
    const missing =
      latency.length === 0 ? 'times were not measured' : 'loss on held-out data was not measured';
    return html`<h3>Loss against time</h3><p>Not drawn: ${missing}.</p>`;
  }
  const { Plot } = kit;
  const drop = percent(budget.heldoutDrop);
  const lines = latency.flatMap(({ label, original, candidate }) => [
    { label, time: original.median, drop: 0, which: 'original' },
    { label, time: candidate.median, drop, which: 'result' },
  ]);
  return drawChart(kit, {
    title: 'Loss against time',
    description:
      'At each size that was timed, a line from the original to the result: left is faster, down is better. The dashed line is the budget.',
    key: [
      { label: 'original', colour: 'var(--original)', shape: 'square' },
      { label: 'result', colour: 'var(--candidate)', shape: 'diamond' },
    ],
    options: {
      height: 240,
      x: logAxis(
        'median time, ms',
        lines.map(({ time }) => time),
      ),
      y: {
        label: 'loss on held-out data, %',
        grid: true,
        domain: [Math.min(0, 1.2 * drop), Math.max(limit, 1.2 * drop)],
      },
      color: {
        type: 'categorical',
        domain: ['original', 'result'],
        range: ['var(--original)', 'var(--candidate)'],
      },
      symbol: { domain: ['original', 'result'], range: ['square', 'diamond'] },
      marks: [
        Plot.ruleY([limit], { stroke: 'var(--ink)', strokeDasharray: '5 4' }),
        Plot.line(lines, { x: 'time', y: 'drop', z: 'label', stroke: 'var(--soft)' }),
        Plot.dot(lines, { x: 'time', y: 'drop', stroke: 'which', symbol: 'which', r: 4.5, strokeWidth: 2 }),
      ],
    },
    table: {
      caption: 'Loss and time of original and result',
      head: ['size', 'original', 'result', 'loss of the result'],
      rows: latency.map(({ label, original, candidate }) => [
        modelText(label, 60),
        formatMilliseconds(original.median),
        formatMilliseconds(candidate.median),
        formatChange(budget.heldoutDrop ?? 0),
      ]),
    },
  });
}
