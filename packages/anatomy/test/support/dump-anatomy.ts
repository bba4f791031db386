import type { Graph, Node } from '@sentei/ir';
import { findBlocks } from '../../src/blocks.ts';

/** One line per block, with kind, norm placement and dead nodes of its sub-blocks, then what was skipped. */
export function dumpAnatomy(graph: Graph): string[] {
  const { blocks, skipped } = findBlocks(graph);
  const lines = blocks.map(({ depth, subBlocks }) => {
    const parts = subBlocks.map((part) => `${part.norm} ${part.kind} (${part.nodes.length} nodes)`);
    return `${depth}: ${parts.join(', ')}`;
  });
  return [...lines, ...skipped.map(({ node, reason }) => `skipped ${node.opType}: ${reason}`)];
}

export function operators(nodes: readonly Node[]): string {
  return nodes.map((node) => node.opType).join(' ');
}
