import { formatBytes, formatChange, formatCount, formatMilliseconds } from '../../text/format.ts';
import { type Content, html, type Markup, modelText } from '../markup.ts';
import { drawFacts, drawTable } from '../table.ts';
import type { LatencyPoint, PageInput, VerdictReason } from '../types.ts';
import { verdictOf } from '../verdict.ts';

/** The head of a page: what was pruned, when, whether it holds its budget and why, and what it came to. */
export function drawSummary(input: PageInput, latency: readonly LatencyPoint[]): Markup {
  const { report } = input;
  const { source, result, validation } = report;
  const rows: Content[][] = [
    sizeRow('Nodes', source.nodes, result.nodes, formatCount),
    sizeRow('Parameters', source.parameters, result.parameters, formatCount),
    sizeRow('Weights', source.bytes, result.bytes, formatBytes),
    sizeRow('Model file', source.fileBytes, result.fileBytes, formatBytes),
  ];
  for (const { metric, where, shift, original, candidate, drop } of validation.status === 'done'
    ? validation.quality
    : []) {
    rows.push([
      modelText(`${capital(metric)}, ${where}${shift ? `, ${shift}` : ''}`, 80),
      original.toFixed(4),
      candidate.toFixed(4),
      formatChange(drop),
    ]);
  }
  for (const { label, group, original, candidate, speedup, verdict } of latency.slice(0, MOST_TIMES)) {
    const isAmbiguous = latency.filter((each) => each.label === label).length > 1;
    rows.push([
      html`Time at ${modelText(isAmbiguous ? `${label} (${group})` : label, 100)}`,
      formatMilliseconds(original.median),
      formatMilliseconds(candidate.median),
      verdict === 'no difference'
        ? `${verdict} (${speedup.toFixed(2)} ×)`
        : `${speedup.toFixed(2)} × as fast`,
    ]);
  }
  return html`<header>
<h1>${modelText(fileName(source.path))}, pruned</h1>
<p class="lead">Written by Sentei ${report.software.sentei} from a run that ended at <time datetime="${report.finishedAt}">${readable(report.finishedAt)}</time>.</p>
</header>
${drawVerdict(input)}
${drawFacts([
  ['Original', html`<code>${modelText(source.path)}</code>`],
  ['Result', html`<code>${modelText(result.path)}</code>`],
  ['Pipeline', html`<code>${modelText(report.pipeline.text, 400)}</code>`],
  ['Machine', machineName(report)],
])}
${drawTable({ caption: 'Original and pruned model', head: ['', 'original', 'pruned', 'change'], rows })}
${drawWarnings(report.warnings)}`;
}

function drawVerdict(input: PageInput): Markup {
  const { outcome, reasons } = verdictOf(input);
  const words = { pass: 'Pass', fail: 'Fail', unknown: 'Not judged' }[outcome];
  const item = ({ outcome: each, reason }: VerdictReason) =>
    html`<li><span class="tag ${each}">${each}</span> ${modelText(reason, 400)}</li>`;
  return html`<section class="verdict ${outcome}" aria-labelledby="verdict">
<strong id="verdict">Verdict: ${words}</strong>
<ul>${reasons.map(item)}</ul>
</section>`;
}

function drawWarnings(warnings: readonly string[]): Content {
  if (warnings.length === 0) return undefined;
  return html`<section aria-labelledby="warnings"><h3 id="warnings">Warnings</h3><ul class="warnings">${warnings
    .slice(0, MOST_WARNINGS)
    .map((warning) => html`<li>${modelText(warning, 400)}</li>`)}</ul>${
    warnings.length > MOST_WARNINGS ? html`<p>and ${warnings.length - MOST_WARNINGS} more</p>` : undefined
  }</section>`;
}

const MOST_WARNINGS = 50;
/** Times in the first table; the section about times has all. */
const MOST_TIMES = 8;

function sizeRow(name: string, before: number, after: number, format: (value: number) => string): Content[] {
  return [
    name,
    format(before),
    format(after),
    before === after ? '0.00 %' : formatChange(after / before - 1),
  ];
}

function machineName({ machine }: PageInput['report']): Content {
  return machine === null ? 'unknown: ONNX Runtime does not start' : modelText(machine.cpu);
}

/** The name of a file without its folders, of either kind of path. */
export function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) || path;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** `2026-01-01T00:01:00.000Z` as `2026-01-01 00:01 UTC`. */
function readable(time: string): string {
  return time.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*Z$/, '$1 $2 UTC');
}
