import type { Node, Refusal } from '@sentei/ir';

/** Refusals that a rule reports at most; a model may have thousands of layers. */
const MOST_REFUSALS = 20;

/** Collects why a rule left places alone, each once however often the rule looks. */
export class Refusals {
  readonly #name: string;
  readonly #told = new Set<string>();
  #fresh: Refusal[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  note(node: Node, reason: string): void {
    if (this.#told.size >= MOST_REFUSALS) return;
    const key = `${node}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#fresh.push({ kind: 'refusal', name: this.#name, nodes: [key], reason: `${key}: ${reason}` });
  }

  /** Those since the last call. */
  take(): readonly Refusal[] {
    const taken = this.#fresh;
    this.#fresh = [];
    return taken;
  }
}
