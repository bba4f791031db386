import { z } from 'zod';
import { formatCount, formatNumber, formatShare } from '../../text/format.ts';
import { html, type Markup, modelText } from '../markup.ts';
import { drawPlain } from '../plain.ts';
import { drawTable } from '../table.ts';
import type { PageInput } from '../types.ts';

const MOST_ROWS = 60;

const figure = z.number().nullable();

const plan = z.object({
  kind: z.string(),
  confidence: z.number(),
  power: z.number(),
  assignment: z.object({ seed: z.number(), rule: z.string() }),
  watch: z.array(
    z.object({
      name: z.string(),
      worse: z.string(),
      expected: z.number(),
      samples: figure,
      rollBackAt: figure,
      note: z.string(),
    }),
  ),
  latency: z.object({ figure: z.string(), expected: figure, rollBackAbove: z.number(), samples: z.number() }),
  steps: z.array(z.object({ share: z.number(), requests: z.number() })),
});

/** How the pruned model takes the original's place in steps: what to watch at each, and what rolls it back. */
export function drawRollout({ validation }: PageInput): Markup {
  const found = z.object({ rollout: z.unknown() }).safeParse(validation);
  const rollout = found.success ? found.data.rollout : undefined;
  const { success, data } = plan.safeParse(rollout);
  return html`<section aria-labelledby="rollout"><h2 id="rollout">Roll-out</h2>
${
  rollout === undefined || rollout === null
    ? html`<p>Not planned: <code>sentei validate</code> plans it from what it measures.</p>`
    : success
      ? drawPlan(data)
      : drawPlain(rollout, 'roll-out')
}
</section>
`;
}

function drawPlan({
  kind,
  confidence,
  power,
  assignment,
  watch,
  latency,
  steps,
}: z.output<typeof plan>): Markup {
  const what = kind === 'gates' ? 'gates of one model' : 'two files';
  return html`<p>By ${what}: each step gives the pruned model a larger share of the requests, and goes back when a figure reaches its limit. A roll-out that goes as validated is rolled back with a chance of at most ${formatShare(1 - confidence)}; a loss at the budget is noticed with a chance of ${formatShare(power)}.</p>
${drawTable({
  caption: 'Steps',
  head: ['step', 'share of requests', 'requests until it is decided'],
  rows: steps
    .slice(0, MOST_ROWS)
    .map(({ share, requests }, step) => [String(step + 1), formatShare(share), formatCount(requests)]),
})}
${drawTable({
  caption: 'What is watched at each step',
  head: ['figure', 'worse', 'expected', 'rolled back at', 'samples', 'note'],
  rows: [
    ...watch
      .slice(0, MOST_ROWS)
      .map(({ name, worse, expected, samples, rollBackAt, note }) => [
        modelText(name, 80),
        modelText(worse, 20),
        formatNumber(expected),
        numberText(rollBackAt),
        samples === null ? 'no number would do' : formatCount(samples),
        modelText(note, 200),
      ]),
    [
      modelText(latency.figure, 120),
      'higher',
      numberText(latency.expected),
      formatNumber(latency.rollBackAbove),
      formatCount(latency.samples),
      'of each model',
    ],
  ],
  words: [1, 5],
})}
<p class="note">${modelText(assignment.rule, 300)}; seed ${assignment.seed}.</p>`;
}

function numberText(value: number | null): string {
  return value === null ? 'unknown' : formatNumber(value);
}
