import type { Node } from './node.ts';

/** One place where a value is read: input number `index` of `node`, which may sit in a subgraph. */
export class Use {
  readonly node: Node;
  readonly index: number;
  #list: UseList | null = null;
  #previous: Use | null = null;
  #next: Use | null = null;

  constructor(node: Node, index: number) {
    this.node = node;
    this.index = index;
  }

  /** Puts a use at the end of a list. */
  static link(use: Use, list: UseList): void {
    use.#list = list;
    use.#previous = list.last;
    if (list.last === null) list.first = use;
    else list.last.#next = use;
    list.last = use;
    list.size++;
  }

  static unlink(use: Use): void {
    const list = use.#list;
    if (list === null) return;
    if (use.#previous === null) list.first = use.#next;
    else use.#previous.#next = use.#next;
    if (use.#next === null) list.last = use.#previous;
    else use.#next.#previous = use.#previous;
    use.#list = null;
    list.size--;
  }

  static after(use: Use): Use | null {
    return use.#next;
  }

  static isIn(use: Use, list: UseList): boolean {
    return use.#list === list;
  }
}

/** The uses of one value in the order they came about. Linked, so that a value with a million readers loses one at once. */
export class UseList implements Iterable<Use> {
  first: Use | null = null;
  last: Use | null = null;
  size = 0;

  /** The use at hand may be removed during the walk. */
  *[Symbol.iterator](): Generator<Use> {
    for (let use = this.first; use !== null; ) {
      const next = Use.after(use);
      yield use;
      use = next;
    }
  }
}
