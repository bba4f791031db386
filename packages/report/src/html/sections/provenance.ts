import { formatBytes, formatCount, formatShare } from '../../text/format.ts';
import { type Content, html, type Markup, modelText } from '../markup.ts';
import { drawFacts, drawTable } from '../table.ts';
import type { PageInput } from '../types.ts';

/** All that a figure depends on: files with their hashes, versions, machine, options and data. */
export function drawProvenance({ report }: PageInput): Markup {
  const { source, result, software, machine, options, plugins, data, startedAt, finishedAt } = report;
  return html`<section aria-labelledby="provenance"><h2 id="provenance">How it was made</h2>
${drawTable({
  caption: 'Model files',
  head: ['', 'path', 'bytes', 'SHA-256', 'IR version', 'opsets'],
  rows: [
    ['original', ...fileCells(source)],
    ['pruned', ...fileCells(result)],
  ],
  words: [1, 3, 5],
})}
${drawFacts([
  ['Started', startedAt],
  ['Finished', finishedAt],
  ['Sentei', software.sentei],
  ['onnxruntime-node', software.onnxruntimeNode ?? 'unknown'],
  ['Node', software.node],
  [
    'Packages with passes',
    plugins.length === 0
      ? 'none'
      : modelText(plugins.map((plugin) => `${plugin.package} ${plugin.version}`).join(', '), 400),
  ],
  ['Budget', formatShare(options.maxDrop)],
  ['Target', options.target ?? 'cpu'],
  ['Threads', formatCount(options.threads)],
  ['Validation', options.validation],
  ['Graph checked', options.verify],
  ['Seed', String(options.seed)],
  ['Patches kept at most', options.stopAfter === null ? 'all' : formatCount(options.stopAfter)],
])}
<h3>Machine</h3>
${
  machine === null
    ? html`<p>Unknown: ONNX Runtime does not start here.</p>`
    : drawFacts([
        ['Processor', modelText(machine.cpu)],
        ['Cores', `${formatCount(machine.usableCores)} of ${formatCount(machine.logicalCores)} usable`],
        ['Memory', formatBytes(machine.memory)],
        ['System', modelText(machine.operatingSystem)],
        ['Execution providers', modelText(machine.providers.join(', '))],
        ...machine.gpus.map(({ name, driver }) => ['GPU', modelText(`${name}, driver ${driver}`)] as const),
      ])
}
<h3>Data</h3>
${
  data === null
    ? html`<p>None was given: nothing was calibrated, selected or judged on data.</p>`
    : drawTable({
        caption: 'Which bytes of which file each decision stands on; the held-out ones steered none',
        head: ['part', 'file', 'from byte', 'to byte'],
        rows: Object.entries(data).map(([split, { path, from, to }]) => [
          split,
          modelText(path),
          formatCount(from),
          formatCount(to),
        ]),
        words: [1],
      })
}
</section>
`;
}

function fileCells({
  path,
  fileBytes,
  sha256,
  irVersion,
  opsets,
  externalData,
}: PageInput['report']['source']): Content[] {
  const versions = Object.entries(opsets).map(([domain, version]) => `${domain} ${version}`);
  return [
    html`${modelText(path)}${externalData.length > 0 ? html` with ${formatCount(externalData.length)} files of weights` : undefined}`,
    formatCount(fileBytes),
    html`<code>${modelText(sha256)}</code>`,
    String(irVersion),
    modelText(versions.join(', '), 200),
  ];
}
