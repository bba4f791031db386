import { findBlocks, type SkippedMerge, type SubBlock } from '@sentei/anatomy';
import type { Graph, Node } from '@sentei/ir';

export type Granularity = 'sub-block' | 'block' | 'both';

/** Something that may be removed: a sub-block, or the sub-blocks of a block, as they stand in the graph now. */
export interface Candidate {
  readonly name: string;
  readonly parts: readonly [SubBlock, ...SubBlock[]];
  /** The sums it ends in, as messages name them. */
  readonly nodes: readonly string[];
  /** How many blocks are left without it; a block is left while any of its sub-blocks is. */
  readonly blocksLeft: number;
}

interface Member {
  readonly name: string;
  /** The last nodes of the branches: these stay the same while other parts of the graph are removed. */
  readonly ends: readonly Node[];
}

/**
 * The sub-blocks and blocks of a graph, numbered as they stood when it was made. A block is a candidate until one of its
 * sub-blocks is gone, so nothing is ever removed twice.
 */
export class Candidates {
  readonly skipped: readonly SkippedMerge[];
  readonly #graph: Graph;
  readonly #members: readonly Member[];
  readonly #blocks: readonly (readonly Node[])[];
  readonly #settled = new Set<string>();

  constructor(graph: Graph, granularity: Granularity) {
    const { subBlocks, blocks, skipped } = findBlocks(graph);
    this.skipped = skipped;
    this.#graph = graph;
    this.#blocks = blocks.map((block) => block.subBlocks.map(endOf));
    const single = subBlocks.map((part, index) => ({
      name: `sub-block ${index} (${part.kind})`,
      ends: [endOf(part)],
    }));
    const whole = this.#blocks.map((ends, index) => ({ name: `block ${index}`, ends }));
    this.#members = {
      'sub-block': single,
      block: whole,
      // A block of one sub-block is that sub-block.
      both: [...single, ...whole.filter(({ ends }) => ends.length > 1)],
    }[granularity];
  }

  /** What may still be removed from the graph as it is now. */
  open(): Candidate[] {
    const found = new Map(findBlocks(this.#graph).subBlocks.map((part) => [endOf(part), part]));
    return this.#members.flatMap(({ name, ends }) => {
      const [first, ...rest] = ends.map((end) => found.get(end)).filter((part) => part !== undefined);
      if (first === undefined || rest.length + 1 < ends.length || this.#settled.has(name)) return [];
      const parts = [first, ...rest] as const;
      const stays = (end: Node) => found.has(end) && !ends.includes(end);
      const blocksLeft = this.#blocks.filter((block) => block.some(stays)).length;
      return [{ name, parts, nodes: parts.map((part) => `${part.merge}`), blocksLeft }];
    });
  }

  /** Takes a candidate off the list for good. */
  settle(candidate: Candidate): void {
    this.#settled.add(candidate.name);
  }
}

function endOf(subBlock: SubBlock): Node {
  // The search for sub-blocks only returns branches that some node computes.
  return subBlock.branch.producer as Node;
}
