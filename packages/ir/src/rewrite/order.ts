import type { Graph } from '../graph/graph.ts';
import type { Node } from '../graph/node.ts';

/**
 * Tells which of two nodes of a graph comes first, while nodes are added and removed. Nodes get numbers when they are
 * first asked for, added ones between those of their neighbours; a graph is numbered anew when no number is left between
 * two of them, so that a sweep of rewrites takes time linear in the nodes.
 */
export class NodeOrder {
  readonly #numbers = new WeakMap<Node, number>();
  readonly #numbered = new WeakSet<Graph>();

  /** Whether `first` comes before `second`; both are in the same graph. */
  isBefore(first: Node, second: Node): boolean {
    const a = this.#numberOf(first);
    const b = this.#numberOf(second);
    // Numbering `second` can have changed that of `first`.
    return (this.#numbers.get(first) ?? a) < b;
  }

  #numberOf(node: Node): number {
    const known = this.#numbers.get(node);
    if (known !== undefined) return known;
    const { graph } = node;
    if (graph !== null && !this.#numbered.has(graph)) this.#number(graph);
    else this.#numberRun(node);
    return this.#numbers.get(node) ?? 0;
  }

  #number(graph: Graph): void {
    let number = 0;
    for (const node of graph.nodes()) this.#numbers.set(node, number++);
    this.#numbered.add(graph);
  }

  /** Numbers the nodes without a number around `node`, evenly between the neighbours that have one. */
  #numberRun(node: Node): void {
    let first = node;
    while (first.previous && !this.#numbers.has(first.previous)) first = first.previous;
    const run: Node[] = [];
    let next: Node | null = first;
    for (; next !== null && !this.#numbers.has(next); next = next.next) run.push(next);
    const low = first.previous ? this.#at(first.previous) : undefined;
    const high = next ? this.#at(next) : undefined;
    const start = low ?? (high ?? 0) - run.length - 1;
    const end = high ?? start + run.length + 1;
    const step = (end - start) / (run.length + 1);
    if (!(start + step > start && end - step < end)) {
      if (node.graph !== null) this.#number(node.graph);
      return;
    }
    for (const [index, each] of run.entries()) this.#numbers.set(each, start + step * (index + 1));
  }

  #at(node: Node): number {
    return this.#numbers.get(node) ?? 0;
  }
}
