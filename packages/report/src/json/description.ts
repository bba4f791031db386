import type { ModelStatistics } from '@sentei/ir';

/** An input or output of a model. */
export interface ValueDescription {
  readonly name: string;
  /** Element type of a tensor, or the kind of anything else. */
  readonly type: string;
  /** Numbers, symbols, and `null` for what is unknown; `null` as a whole when the rank is. */
  readonly dims: readonly (number | string | null)[] | null;
}

/** A residual block, named by the values it lies between. */
export interface BlockDescription {
  readonly depth: number;
  readonly input: string;
  readonly output: string;
  readonly subBlocks: readonly {
    readonly kind: string;
    readonly norm: string;
    readonly merge: string;
    readonly nodes: number;
  }[];
}

/** An attention that is written out in standard operators. */
export interface AttentionDescription {
  /** The softmax, as messages name it. */
  readonly softmax: string;
  readonly nodes: number;
  /** What happens to the scores before the softmax, in order. */
  readonly steps: readonly string[];
  /** Whether one of the biases is a forget gate, D[i, j] = c[i] − c[j] with c never growing. */
  readonly hasForgetGate: boolean;
}

/** What a model is made of, as far as its structure tells. */
export interface ModelDescription extends ModelStatistics {
  readonly irVersion: number;
  readonly opsets: Readonly<Record<string, number>>;
  readonly inputs: readonly ValueDescription[];
  readonly outputs: readonly ValueDescription[];
  /** Nodes by operator, those of other domains with the domain before a colon; most frequent first. */
  readonly operators: Readonly<Record<string, number>>;
  readonly subgraphs: number;
  readonly functions: readonly string[];
  readonly externalData: readonly string[];
  readonly blocks: readonly BlockDescription[];
  /** Sums that look like the end of a residual block and are none that could be taken out. */
  readonly skippedMerges: readonly { readonly node: string; readonly reason: string }[];
  readonly attention: readonly AttentionDescription[];
  readonly norms: Readonly<Record<string, number>>;
}
