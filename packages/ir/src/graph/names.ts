import type { Graph } from './graph.ts';

/** Hands out value and node names that are unique over a whole model, subgraphs included. */
export class NameAuthority {
  readonly #taken = new Set<string>();
  readonly #counters = new Map<string, number>();

  constructor(root: Graph) {
    this.#collect(root);
  }

  /** `hint` itself when it is free, else `hint_1`, `hint_2`, … */
  claim(hint: string): string {
    let name = hint;
    let count = this.#counters.get(hint) ?? 0;
    while (this.#taken.has(name)) name = `${hint}_${++count}`;
    this.#counters.set(hint, count);
    this.#taken.add(name);
    return name;
  }

  #collect(graph: Graph): void {
    for (const value of [...graph.inputs, ...graph.initializers]) this.#taken.add(value.name);
    for (const { value } of graph.sparseInitializers) this.#taken.add(value.name);
    for (const node of graph.nodes()) {
      this.#taken.add(node.name);
      for (const output of node.outputs) this.#taken.add(output.name);
      for (const subgraph of node.subgraphs()) this.#collect(subgraph);
    }
  }
}
