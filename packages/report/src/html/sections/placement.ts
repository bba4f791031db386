import type { Placement } from '@sentei/runtime';
import { z } from 'zod';
import { formatCount, formatMilliseconds } from '../../text/format.ts';
import { html, type Markup, modelText } from '../markup.ts';
import { drawFacts, drawTable } from '../table.ts';
import type { PageInput, PlacedModel } from '../types.ts';

/** Nodes that are listed. */
const MOST_ROWS = 500;

const counts = z.record(z.string(), z.number());

const placementFile: z.ZodType<Placement> = z.object({
  executionProvider: z.enum(['cpu', 'cuda']),
  isComplete: z.boolean(),
  runs: z.number(),
  ran: counts,
  assigned: counts,
  exceptions: z.array(
    z.object({
      name: z.string(),
      opType: z.string(),
      provider: z.string(),
      reason: z.enum(['shape computation', 'no kernel']),
      executions: z.number(),
      milliseconds: z.number(),
    }),
  ),
  unreached: z.array(z.object({ opType: z.string(), name: z.string(), provider: z.string() })),
  copies: z.object({ toDevice: z.number(), toHost: z.number() }),
  times: z.object({ kernels: z.number(), elsewhere: z.number(), transfers: z.number(), run: z.number() }),
});

/** Depth to which a file is searched for placements. */
const DEPTH = 6;

/** Where each model ran, wherever it stands in the files; a placement is told by its form. */
export function placementsIn({ benchmark, validation, report }: PageInput): PlacedModel[] {
  for (const file of [benchmark, validation, report.validation]) {
    const found = search(file, 'model', DEPTH);
    if (found.length > 0) return found;
  }
  return [];
}

function search(value: unknown, name: string, depth: number): PlacedModel[] {
  if (typeof value !== 'object' || value === null || depth === 0) return [];
  const { success, data } = placementFile.safeParse(value);
  if (success) return [{ model: name, placement: data }];
  return Object.entries(value).flatMap(([key, each]) => {
    const isGeneral = /^\d+$|^placements?$/.test(key);
    return search(each, isGeneral ? name : key, depth - 1);
  });
}

/** Which execution provider computed how much, what did not run where it was asked for, and what moved in between. */
export function drawPlacement(placements: readonly PlacedModel[]): Markup {
  return html`<section aria-labelledby="placement"><h2 id="placement">Placement on the device</h2>
${
  placements.length === 0
    ? html`<p>Not measured: the files have no profile of where nodes ran. A figure is one of a GPU only with such a proof.</p>`
    : placements.map(drawOne)
}
</section>
`;
}

function drawOne({ model, placement }: PlacedModel): Markup {
  const { executionProvider, isComplete, runs, ran, assigned, exceptions, unreached, copies, times } =
    placement;
  const providers = [...new Set([...Object.keys(ran), ...Object.keys(assigned)])];
  const elsewhere = [
    ...exceptions.map(({ name, opType, provider, reason, milliseconds }) => [
      modelText(name || 'unnamed', 80),
      modelText(opType, 40),
      modelText(provider, 60),
      reason,
      formatMilliseconds(milliseconds),
    ]),
    ...unreached.map(({ name, opType, provider }) => [
      modelText(name || 'unnamed', 80),
      modelText(opType, 40),
      modelText(provider, 60),
      'no run reached it',
      '',
    ]),
  ];
  const claim = isComplete
    ? `Every node that ran, copies aside, ran on ${executionProvider}.`
    : `${formatCount(exceptions.length)} nodes ran elsewhere than on ${executionProvider}.`;
  return html`<h3>${modelText(model, 60)}</h3>
<p>${claim} Proven by the profile of ${formatCount(runs)} runs.</p>
${drawFacts([
  ['Kernels on the provider', formatMilliseconds(times.kernels)],
  ['Nodes elsewhere', formatMilliseconds(times.elsewhere)],
  ['Transfers', formatMilliseconds(times.transfers)],
  ['Whole run, each node waited for', formatMilliseconds(times.run)],
  ['Copies to the device, per run', formatCount(copies.toDevice)],
  ['Copies to the host, per run', formatCount(copies.toHost)],
])}
${drawTable({
  caption: 'Nodes by execution provider',
  head: ['provider', 'ran', 'assigned'],
  rows: providers.map((provider) => [
    modelText(provider, 60),
    formatCount(ran[provider] ?? 0),
    formatCount(assigned[provider] ?? 0),
  ]),
})}
${
  elsewhere.length === 0
    ? undefined
    : html`<details><summary>${formatCount(elsewhere.length)} exceptions</summary>
${drawTable({
  caption: `Nodes on other providers${elsewhere.length > MOST_ROWS ? `, the first ${MOST_ROWS}` : ''}`,
  head: ['node', 'operator', 'provider', 'reason', 'time per run'],
  rows: elsewhere.slice(0, MOST_ROWS),
  words: [1, 2, 3],
})}</details>`
}`;
}
