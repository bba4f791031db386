import type { ModelStatistics, PassRecord, PipelineJson, Split, VerifyWhen } from '@sentei/ir';
import type { Machine, Validation, Verdict } from '@sentei/runtime';

/** Bytes `from` up to, not including, `to` of a file. */
export interface SplitRange {
  readonly path: string;
  readonly from: number;
  readonly to: number;
}

/** A file, with what tells it from others. */
export interface FileFacts {
  readonly path: string;
  /** Bytes of the model file, external data not counted. */
  readonly fileBytes: number;
  readonly sha256: string;
}

/** How much the pruned model is compared with the original before it is kept. */
export type ValidationEffort = 'full' | 'short' | 'none';

/** A model as it was read or written. */
export interface ModelFacts extends FileFacts, ModelStatistics {
  readonly irVersion: number;
  /** Opset version by domain; the standard domain is `ai.onnx`. */
  readonly opsets: Readonly<Record<string, number>>;
  /** Files beside the model that hold weights. */
  readonly externalData: readonly string[];
}

/** Held-out loss against the budget. */
export interface BudgetFacts {
  /** Largest loss that is allowed, relative to the original. */
  readonly maxDrop: number;
  /** The worst of the losses measured on held-out data; absent when none was. */
  readonly heldoutDrop?: number;
}

/** Which patch of which pass: the one at `patch` among the patches of the record at `record`, both from 0. */
export interface PatchPlace {
  readonly record: number;
  readonly patch: number;
}

/** A residual branch of the original model, and what became of it. */
export interface SubBlockFacts {
  /** `attention`, `mlp` or another kind of branch. */
  readonly kind: string;
  /** Where its norm stands: `pre`, `post`, `inside` or `none`. */
  readonly norm: string;
  /** The sum that joins it with the stream, as messages name it. */
  readonly merge: string;
  /** Of attention that was recognised, where its shape tells. */
  readonly heads: number | null;
  readonly nodes: number;
  /** How many of these nodes are still in the result. */
  readonly nodesLeft: number;
  /** Whether the sum is still in the result. */
  readonly mergeLeft: boolean;
  /** Everything that was proposed or refused about one of its nodes, in the order it was decided. */
  readonly decisions: readonly PatchPlace[];
}

/** What the original model is made of along its residual streams, and what the passes did to it. */
export interface AnatomyFacts {
  /** In graph order; `depth` counts from 0 in each stream. */
  readonly blocks: readonly { readonly depth: number; readonly subBlocks: readonly SubBlockFacts[] }[];
  /** Sums that look like the end of a residual branch and cannot be taken out. */
  readonly skipped: readonly { readonly node: string; readonly reason: string }[];
}

/** Attention tiles that the pruned model leaves out, counted per head on held-out data, or why they were not counted. */
export type TileFacts =
  | { readonly status: 'skipped'; readonly reason: string }
  | {
      readonly status: 'done';
      /** Positions in a window, and how many windows were counted. */
      readonly length: number;
      readonly windows: number;
      /** By attention in graph order, of those that skip tiles: the share of keys before the blocks of queries that each head
       * leaves out, from 0 to 1. */
      readonly heads: readonly { readonly attention: number; readonly skipped: readonly number[] }[];
    };

/** How far back one head of attention looks. */
export interface HeadReachFacts {
  /** Which of the attentions of the original, in graph order. */
  readonly attention: number;
  readonly head: number;
  /** No score exceeds it. */
  readonly scoreBound: number;
  /** Positions after which a mean forget gate has forgotten half; `null` without gates. */
  readonly halfLife: number | null;
  /** Keys before a row that may matter, over all rows at the longest length. */
  readonly span: { readonly median: number; readonly most90: number; readonly most: number };
  readonly kind: 'local' | 'medium' | 'global';
  /** By length: the share of causal tiles that may be left out, and the share of length² in the products that are left. */
  readonly lengths: readonly { readonly length: number; readonly skipped: number; readonly work: number }[];
}

/** What the decay of attention scores allows, measured on held-out data in the original model, or why it was not measured. */
export type ReachFacts =
  | { readonly status: 'skipped'; readonly reason: string }
  | {
      readonly status: 'done';
      /** Largest share of a row that may be left out. */
      readonly epsilon: number;
      readonly sequences: number;
      /** Query rows and keys of a tile. */
      readonly grid: { readonly rows: number; readonly keys: number };
      readonly heads: readonly HeadReachFacts[];
      /** Attention whose reach nothing tells. */
      readonly others: readonly { readonly attention: number; readonly reason: string }[];
      /** What it is worth by operations alone: of the attentions whose reach is known, and of the model, at each length. */
      readonly gains: readonly {
        readonly length: number;
        /** Of the operations of the original, the share of that attention. */
        readonly attentionShare: number;
        readonly workLeft: number;
        readonly attention: number;
        readonly model: number;
      }[];
      /** Heads that most of what is left belongs to, at the longest length. */
      readonly holding: readonly {
        readonly attention: number;
        readonly head: number;
        /** Of the operations that are left in attention. */
        readonly share: number;
        /** How many times faster the pruned model would be if the head saw its own tiles alone. */
        readonly modelWithout: number;
      }[];
    };

/** Everything about one run of `prune`: what was done, why, and what it changed. */
export interface Report {
  /** Version of this format. */
  readonly version: 1;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly software: {
    readonly sentei: string;
    readonly onnxruntimeNode: string | null;
    readonly node: string;
  };
  /** Absent when ONNX Runtime does not start. */
  readonly machine: Machine | null;
  readonly options: {
    readonly maxDrop: number;
    readonly threads: number;
    /** What the result was made for; absent in reports of earlier versions, for `cpu`. */
    readonly target?: 'cpu' | 'cuda' | undefined;
    readonly validation: ValidationEffort;
    readonly verify: VerifyWhen;
    readonly seed: number;
    /** How many patches were kept at most; absent means all. */
    readonly stopAfter: number | null;
  };
  /** Packages that passes came from. */
  readonly plugins: readonly { readonly package: string; readonly version: string }[];
  readonly pipeline: { readonly text: string; readonly steps: PipelineJson };
  /** Which bytes of which file each decision was based on; the held-out ones steer none. */
  readonly data: Readonly<Record<Split, SplitRange>> | null;
  readonly source: ModelFacts;
  readonly result: ModelFacts;
  /** Absent in reports of earlier versions. */
  readonly anatomy?: AnatomyFacts | undefined;
  /** Absent in reports of earlier versions. */
  readonly tiles?: TileFacts | undefined;
  /** Absent in reports of earlier versions. */
  readonly reach?: ReachFacts | undefined;
  readonly passes: readonly PassRecord[];
  readonly validation: Validation | { readonly status: 'skipped'; readonly reason: string };
  readonly budget: BudgetFacts;
  /** What became of each criterion; absent when nothing was measured and no budget was asked for. */
  readonly verdict?: Verdict;
  readonly warnings: readonly string[];
}
