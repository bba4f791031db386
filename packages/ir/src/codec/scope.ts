import type { Value } from '../graph/value.ts';

/** Names visible at one place: those of a graph, then those of the graphs around it. */
export class Scope {
  readonly #values = new Map<string, Value>();
  readonly #outer: Scope | undefined;

  constructor(outer: Scope | undefined) {
    this.#outer = outer;
  }

  find(name: string): Value | undefined {
    for (let scope: Scope | undefined = this; scope; scope = scope.#outer) {
      const value = scope.#values.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  own(name: string): Value | undefined {
    return this.#values.get(name);
  }

  define(value: Value): void {
    this.#values.set(value.name, value);
  }
}
