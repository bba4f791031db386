import { html, type Markup } from '../markup.ts';
import { drawPlain } from '../plain.ts';
import type { PageInput } from '../types.ts';

/** Parts of the other files that are shown as they are, under the first of these names that they have. */
const PARTS = [
  {
    id: 'robustness',
    title: 'Robustness',
    about: 'The same figures on shifted data: a part that was removed may have been what held there.',
    missing: html`<code>sentei validate</code> measures them.`,
    names: ['robustness', 'shifts'],
  },
  {
    id: 'resources',
    title: 'Memory, work and energy',
    about: 'What a run takes besides time.',
    missing: html`<code>sentei benchmark</code> measures them.`,
    names: ['coldStart', 'memory', 'flops', 'energy', 'cost'],
  },
  {
    id: 'rollout',
    title: 'Roll-out',
    about: 'How to bring the pruned model into use in steps, and what rolls it back.',
    missing: html`plans are made for models with skip gates.`,
    names: ['rollout', 'rolloutPlan', 'plan'],
  },
] as const;

/** What other commands found out about the pair of models, or that they have not been asked. */
export function drawEvidence({ validation, benchmark, report }: PageInput): Markup {
  const files = [validation, benchmark, report].filter(isObject);
  const sections = PARTS.map(({ id, title, about, missing, names }) => {
    const found = names.flatMap((name) => {
      const file = files.find((each) => each[name] !== undefined && each[name] !== null);
      return file === undefined ? [] : [[name, file[name]] as const];
    });
    const content =
      found.length === 0
        ? html`<p>Not measured: ${missing}</p>`
        : drawPlain(Object.fromEntries(found), title);
    return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
<p class="lead">${about}</p>
${content}
</section>
`;
  });
  return html`${sections}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
