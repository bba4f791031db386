/** How many nodes a provider was given when the model was loaded, and which ones where the log lists them. */
export interface ProviderAssignment {
  /** Name of the execution provider in ONNX Runtime. */
  readonly provider: string;
  /** Nodes of the optimized graph, those in subgraphs included. */
  readonly nodes: number;
  /** Empty where one provider has them all. */
  readonly listed: readonly { readonly opType: string; readonly name: string }[];
}

type Found = { -readonly [Key in keyof ProviderAssignment]: ProviderAssignment[Key] } & {
  readonly listed: { opType: string; name: string }[];
};

const HEADER = /\] +(?:All nodes|Node\(s\)) placed on \[(\w+)\]\. Number of nodes: (\d+)/;
const ITEM = /VerifyEachNodeIsAssignedToAnEp\] {2,}(\S+) \((.*)\)/;
const PREFERRED = /Force fallback to CPU execution for node: (.*) because the CPU execution path/;
const LONGEST_LINE = 10_000;

/**
 * Collects from ONNX Runtime's log, as it comes, which provider each node was given to. Unlike the profile it also knows
 * the nodes that no run has reached, such as those of a branch that was not taken. Measured with ONNX Runtime 1.30.0.
 */
export class AssignmentLog {
  #rest = '';
  readonly #found: Found[] = [];
  readonly #preferred = new Set<string>();

  /** Takes the next piece of the log. */
  add(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = (lines.pop() ?? '').slice(0, LONGEST_LINE);
    for (const line of lines) this.#read(line);
  }

  /** In the order of the log; empty where it says nothing. */
  get assignments(): readonly ProviderAssignment[] {
    return this.#found;
  }

  /** Names of nodes that ONNX Runtime left on the CPU by choice, since they compute shapes, and not for want of a kernel. */
  get preferredOnCpu(): ReadonlySet<string> {
    return this.#preferred;
  }

  #read(line: string): void {
    const header = HEADER.exec(line);
    const item = ITEM.exec(line);
    const preferred = PREFERRED.exec(line);
    if (header) this.#found.push({ provider: header[1] ?? '', nodes: Number(header[2]), listed: [] });
    else if (item) this.#found.at(-1)?.listed.push({ opType: item[1] ?? '', name: item[2] ?? '' });
    else if (preferred) this.#preferred.add(preferred[1] ?? '');
  }
}
