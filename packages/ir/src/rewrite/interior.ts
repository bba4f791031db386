import type { Node } from '../graph/node.ts';
import type { Value } from '../graph/value.ts';

/** Why a node cannot go, with the node at fault. */
export interface Obstacle {
  readonly node: Node;
  readonly reason: string;
}

/**
 * Finds a value inside of a match that something outside of it needs, which would be lost with the match. Takes time in
 * the inputs and outputs of the matched nodes, however many readers a value has.
 *
 * @param outputs values the replacement provides
 * @param isPinned whether a value is mentioned by name outside of the graph's nodes
 */
export function findObstacle(
  nodes: readonly Node[],
  outputs: readonly Value[],
  keepInterior: boolean,
  isPinned: (value: Value) => boolean,
): Obstacle | undefined {
  const provided = new Set(outputs);
  const members = new Set(nodes);
  const reads = readsWithin(members);
  for (const node of members) {
    for (const value of node.outputs) {
      if (provided.has(value)) continue;
      if (isPinned(value)) {
        return { node, reason: `value ${value.name} is mentioned by annotations that are not rewritten` };
      }
      if (keepInterior) continue;
      const [returner] = value.outputOf;
      if (returner !== undefined) {
        const where = returner === node.graph ? '' : 'sub';
        return { node, reason: `value ${value.name} is an output of ${where}graph ${returner.name}` };
      }
      if (value.uses.size === (reads.get(value) ?? 0)) continue;
      const reader = outsideReader(value, members);
      if (reader !== undefined) return { node, reason: readOutside(value, reader, node) };
    }
  }
  return undefined;
}

/** How often the nodes read each value. */
function readsWithin(nodes: ReadonlySet<Node>): Map<Value, number> {
  const reads = new Map<Value, number>();
  for (const node of nodes) {
    for (const input of node.inputs) if (input !== null) reads.set(input, (reads.get(input) ?? 0) + 1);
  }
  return reads;
}

/** Looks at no more readers than the match has, plus one. */
function outsideReader(value: Value, members: ReadonlySet<Node>): Node | undefined {
  for (const { node } of value.uses) if (!members.has(node)) return node;
  return undefined;
}

function readOutside(value: Value, reader: Node, node: Node): string {
  return reader.graph === node.graph
    ? `value ${value.name} is read outside the match by ${reader}`
    : `value ${value.name} is captured by ${reader} in a subgraph`;
}
