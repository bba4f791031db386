import type { Node, Value } from '@sentei/ir';
import type { Norm } from './norm.ts';

/**
 * Where a residual branch is normalised. `pre`: x + f(norm(x)). `post`: norm(x + f(x)), where x has left a norm already.
 * `inside`: x + norm(f(x)). `none`: none of these; a norm that follows belongs to whoever reads the stream.
 */
export type NormPlacement = 'pre' | 'post' | 'inside' | 'none';

/** The norms of a model by what they read and write. */
export class NormIndex {
  readonly #byOutput = new Map<Value, Norm>();
  readonly #byInput = new Map<Value, Norm[]>();
  readonly #skipNorms = new Map<Node, Norm>();

  constructor(norms: readonly Norm[]) {
    for (const norm of norms) {
      const [node] = norm.nodes;
      this.#byOutput.set(norm.output, norm);
      this.#byInput.set(norm.input, [...(this.#byInput.get(norm.input) ?? []), norm]);
      if (norm.added.length > 0 && node) this.#skipNorms.set(node, norm);
    }
  }

  /** The norm that a node is, if it adds a skip connection first. */
  skipNorm(node: Node | null | undefined): Norm | undefined {
    return node ? this.#skipNorms.get(node) : undefined;
  }

  /** The norm that is all that reads `sum`, or that returns it as its own output. */
  only(sum: Value): Norm | undefined {
    const own = this.#byOutput.get(sum);
    if (own !== undefined && own.added.length > 0) return own;
    const readers = sum.outputOf.size === 0 ? sum.consumers() : [];
    if (readers.length === 0) return undefined;
    return this.#byInput.get(sum)?.find((norm) => readers.every((node) => norm.nodes.includes(node)));
  }

  /**
   * @param sum the value that joins the stream with the branch
   * @param heads the nodes of the branch that read the stream, each with the names of the stream it reads
   * @param stream all names of the stream
   */
  placement(
    input: Value,
    branch: Value,
    sum: Value,
    heads: ReadonlyMap<Node, readonly Value[]>,
    stream: ReadonlySet<Value>,
  ): NormPlacement {
    const normalises = ([node, values]: readonly [Node, readonly Value[]]) =>
      values.every((value) => this.#isCopy(value, stream) || this.#isReadFor(node, value));
    if ([...heads].every(normalises)) return 'pre';
    if (this.#byOutput.has(branch)) return 'inside';
    return this.#byOutput.has(input) && this.only(sum) !== undefined ? 'post' : 'none';
  }

  /** Whether a value is the normalised copy of the stream that a skip norm returns beside its sum. */
  #isCopy(value: Value, stream: ReadonlySet<Value>): boolean {
    const sum = this.#byOutput.get(value)?.sum;
    return sum !== undefined && stream.has(sum);
  }

  #isReadFor(node: Node, value: Value): boolean {
    return (this.#byInput.get(value) ?? []).some((norm) => norm.nodes.includes(node));
  }
}
