import type { ModelDescription, ValueDescription } from '../json/description.ts';
import { formatBytes, formatCount, formatList } from '../text/format.ts';
import { drawTable } from './table.ts';

/** Draws a description for a terminal. */
export function drawDescription(path: string, fileBytes: number, model: ModelDescription): string {
  const opsets = Object.entries(model.opsets).map(([domain, version]) => `${domain} ${version}`);
  const facts: [string, string][] = [
    ['file', `${path} (${formatBytes(fileBytes)})`],
    ['IR version', String(model.irVersion)],
    ['opsets', opsets.join(', ')],
    ['nodes', formatCount(model.nodes)],
    ['parameters', formatCount(model.parameters)],
    ['weights', formatBytes(model.bytes)],
    ['external data', model.externalData.join(', ') || 'none'],
    ['functions', formatList(model.functions, 8) || 'none'],
    ['subgraphs', String(model.subgraphs)],
    ['norms', countsOf(model.norms)],
    ['attention', attentionOf(model)],
    ['blocks', blocksOf(model)],
  ];
  const values = [
    ...model.inputs.map((value) => ['input', ...cellsOf(value)]),
    ...model.outputs.map((value) => ['output', ...cellsOf(value)]),
  ];
  const operators = Object.entries(model.operators).map(([name, count]) => [name, formatCount(count)]);
  const parts = [
    drawTable(['model', ''], facts, ['left', 'left'], [20, 80]),
    drawTable(['', 'name', 'type', 'dimensions'], values, ['left', 'left', 'left', 'left']),
    drawTable(['operator', 'nodes'], operators, ['left', 'right']),
  ];
  if (model.attention.length > 0) parts.push(drawAttention(model));
  if (model.blocks.length > 0) parts.push(drawBlocks(model));
  if (model.skippedMerges.length > 0) parts.push(drawSkippedMerges(model));
  return parts.join('');
}

function cellsOf({ name, type, dims }: ValueDescription): [string, string, string] {
  return [name, type, dims === null ? 'unknown' : `[${dims.map((dim) => dim ?? '?').join(', ')}]`];
}

function countsOf(counts: Readonly<Record<string, number>>): string {
  return (
    Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ') || 'none'
  );
}

function attentionOf({ attention }: ModelDescription): string {
  if (attention.length === 0) return 'none';
  const gates = attention.filter(({ hasForgetGate }) => hasForgetGate).length;
  const cores = attention.length === 1 ? '1 core' : `${attention.length} cores`;
  return `${cores}, ${gates === 0 ? 'none' : gates} with a forget gate`;
}

function blocksOf({ blocks }: ModelDescription): string {
  const kinds = blocks.map(({ subBlocks }) => subBlocks.map(({ kind }) => kind).join(' + '));
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} × (${kind})`).join(', ') || 'none';
}

function drawAttention({ attention }: ModelDescription): string {
  const rows = attention.map(({ softmax, nodes, steps }, index) => [
    String(index),
    softmax,
    steps.join(', ') || 'none',
    String(nodes),
  ]);
  return drawTable(['attention', 'softmax', 'steps before the softmax', 'nodes'], rows, [
    'right',
    'left',
    'left',
    'right',
  ]);
}

function drawBlocks({ blocks }: ModelDescription): string {
  const rows = blocks.flatMap(({ depth, subBlocks }) =>
    subBlocks.map(({ kind, norm, merge, nodes }) => [String(depth), kind, norm, merge, String(nodes)]),
  );
  return drawTable(['block', 'sub-block', 'norm', 'joined by', 'nodes'], rows, [
    'right',
    'left',
    'left',
    'left',
    'right',
  ]);
}

function drawSkippedMerges({ skippedMerges }: ModelDescription): string {
  const rows = skippedMerges.map(({ node, reason }) => [node, reason]);
  return drawTable(['sum that ends no block', 'reason'], rows, ['left', 'left']);
}
