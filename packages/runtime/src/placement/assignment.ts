/** How many nodes a provider was given when the model was loaded, and which ones where the log lists them. */
export interface ProviderAssignment {
  /** Name of the execution provider in ONNX Runtime. */
  readonly provider: string;
  /** Nodes of the optimized graph, those in subgraphs included. */
  readonly nodes: number;
  /** `OpType (name)` of each node; empty where one provider has them all. */
  readonly listed: readonly string[];
}

const HEADER = /(All nodes|Node\(s\)) placed on \[(\w+)\]\. Number of nodes: (\d+)/;
const ITEM = /^\s{2,}(\S+ \(.*\))\s*$/;
/** What every message of ONNX Runtime's log starts with, behind a colour. */
const MESSAGE = /\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d+ \[[A-Z]:/;

/**
 * Collects from ONNX Runtime's log, as it comes, which provider each node was given to. Unlike the profile it also knows
 * the nodes that no run has reached, such as those of a branch that was not taken.
 */
export class AssignmentLog {
  #rest = '';
  #current: { provider: string; nodes: number; listed: string[] } | undefined;
  readonly #found: { provider: string; nodes: number; listed: string[] }[] = [];

  /** Takes the next piece of the log. */
  add(text: string): void {
    const lines = (this.#rest + text).split('\n');
    // Lines may be as long as a graph is large; what matters of one stands at its start.
    this.#rest = (lines.pop() ?? '').slice(0, 10_000);
    for (const line of lines) this.#read(line);
  }

  /** In the order of the log; empty where it says nothing. */
  get assignments(): readonly ProviderAssignment[] {
    return this.#found;
  }

  #read(line: string): void {
    const header = HEADER.exec(line);
    if (header) {
      this.#current = { provider: header[2] ?? '', nodes: Number(header[3]), listed: [] };
      this.#found.push(this.#current);
      return;
    }
    if (MESSAGE.test(line)) {
      this.#current = undefined;
      return;
    }
    const item = ITEM.exec(line)?.[1];
    if (item !== undefined) this.#current?.listed.push(item);
  }
}
