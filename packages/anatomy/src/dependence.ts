import type { Graph, Node, Value } from '@sentei/ir';

/** Branches of more nodes are not followed, which keeps the cost linear in the size of the model. */
const NODE_LIMIT = 10_000;

interface Detour {
  readonly start: Value;
  readonly nodes: readonly Node[];
}

/**
 * Follows data through one graph. Positions are those of the node list, so a search from a value back to an earlier one
 * never looks at anything before the earlier one: its cost is bounded by what lies between the two.
 */
export class DependenceSearch {
  readonly graph: Graph;
  readonly #positions = new Map<Node, number>();
  readonly #captured = new Map<Node, readonly Value[]>();
  readonly #detours = new Map<Value, Detour>();

  constructor(graph: Graph) {
    this.graph = graph;
    for (const node of graph.nodes()) this.#positions.set(node, this.#positions.size);
  }

  /** Place of the node that computes a value; −1 for graph inputs, constants and values of enclosing graphs. */
  position(value: Value): number {
    return value.producer ? (this.#positions.get(value.producer) ?? -1) : -1;
  }

  /** The node that computes a value, if it is one of this graph. */
  producer(value: Value): Node | undefined {
    return value.producer?.graph === this.graph ? value.producer : undefined;
  }

  /** Every value a node reads, those that its subgraphs take from around them included. */
  reads(node: Node): Value[] {
    const inputs = node.inputs.filter((input) => input !== null);
    return [...inputs, ...this.#capturedBy(node)];
  }

  /** What of it carries data: a shape is known before any element is computed. */
  dataReads(node: Node): Value[] {
    return node.is('Shape', 'Size') ? [] : this.reads(node);
  }

  /** Nodes of this graph that read a value, in place of those in subgraphs the nodes that own these. */
  readers(value: Value): Node[] {
    const returning = [...value.outputOf].map((graph) => graph.owner);
    const nodes = [...value.consumers(), ...returning].map((node) => this.#own(node));
    return [...new Set(nodes.filter((node) => node !== undefined))];
  }

  /** Whether no element of what a node computes is ever needed: all that is read in the end is its shape, or nothing. */
  isReadForShape(node: Node, depth = 8): boolean {
    if (node.is('Shape', 'Size')) return true;
    if (depth === 0) return false;
    return node.outputs.every(
      (output) =>
        !this.returns(output) &&
        this.readers(output).every((reader) => this.isReadForShape(reader, depth - 1)),
    );
  }

  /** Whether this graph returns a value. */
  returns(value: Value): boolean {
    return value.outputOf.has(this.graph);
  }

  /** Remembers that `end` is computed from `start` by `nodes`, so that later searches step over them. */
  addDetour(end: Value, start: Value, nodes: readonly Node[]): void {
    this.#detours.set(end, { start, nodes });
  }

  /**
   * The nodes on all paths from any of `sources` to `end` in graph order, or `undefined` where there is no path or the
   * branch is larger than any block.
   */
  between(sources: ReadonlySet<Value>, end: Value): Node[] | undefined {
    const floor = Math.min(...[...sources].map((value) => this.position(value)));
    const seen = new Set<Value>();
    const nodes = new Set<Node>();
    const stack = [end];
    let found = false;
    for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
      if (seen.has(value)) continue;
      seen.add(value);
      if (sources.has(value)) {
        found = true;
        continue;
      }
      const detour = this.#detours.get(value);
      if (detour !== undefined) {
        // A detour that starts before the sources runs past them: they are a side value of that part, such as a mask.
        if (this.position(detour.start) < floor) continue;
        for (const node of detour.nodes) nodes.add(node);
        stack.push(detour.start);
      } else if (this.position(value) > floor) {
        const node = value.producer as Node;
        nodes.add(node);
        stack.push(...this.dataReads(node));
      }
      if (nodes.size > NODE_LIMIT) return undefined;
    }
    return found ? this.#dependent(nodes, sources) : undefined;
  }

  /** Nodes that have no use any more once nothing reads `value`; `keep` and what it needs stay. */
  deadWithout(value: Value, keep: Value): Node[] {
    const dead = new Set<Node>();
    const stack = [value];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const node = this.producer(next);
      if (node === undefined || dead.has(node) || node.outputs.includes(keep)) continue;
      const unread = node.outputs.every(
        (output) =>
          output === value ||
          (!this.returns(output) && this.readers(output).every((reader) => dead.has(reader))),
      );
      if (!unread) continue;
      dead.add(node);
      stack.push(...this.reads(node));
    }
    return this.#sorted(dead);
  }

  #own(node: Node | null): Node | undefined {
    let owner = node;
    while (owner && owner.graph !== this.graph) owner = owner.graph?.owner ?? null;
    return owner ?? undefined;
  }

  #dependent(nodes: ReadonlySet<Node>, sources: ReadonlySet<Value>): Node[] {
    const dependent = new Set<Node>();
    for (const node of this.#sorted(nodes)) {
      const depends = this.dataReads(node).some(
        (value) => sources.has(value) || (value.producer !== null && dependent.has(value.producer)),
      );
      if (depends) dependent.add(node);
    }
    return [...dependent];
  }

  #sorted(nodes: ReadonlySet<Node>): Node[] {
    const place = (node: Node) => this.#positions.get(node) ?? -1;
    return [...nodes].sort((a, b) => place(a) - place(b));
  }

  #capturedBy(node: Node): readonly Value[] {
    const known = this.#captured.get(node);
    if (known !== undefined) return known;
    const captured: Value[] = [];
    for (const subgraph of node.subgraphs()) {
      const inner = [...subgraph.allNodes()];
      const defined = new Set<Value>([...subgraph.inputs, ...inner.flatMap((each) => each.outputs)]);
      for (const graph of inner.flatMap((each) => [...each.subgraphs()])) {
        for (const input of graph.inputs) defined.add(input);
      }
      const read = [...inner.flatMap((each) => each.inputs), ...subgraph.outputs];
      captured.push(...read.filter((value) => value !== null).filter((value) => !defined.has(value)));
    }
    const unique = [...new Set(captured)];
    this.#captured.set(node, unique);
    return unique;
  }
}
