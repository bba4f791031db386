import type { ModelBenchmark } from '@sentei/runtime';
import type { FileFacts } from './types.ts';

/** Bounds of a number; `most` is `null` where there is none. */
export interface CountBounds {
  readonly least: number;
  readonly most: number | null;
}

/** Arithmetic of one run of a model, counted from its graph. */
export interface ModelWork {
  /** Floating-point operations; a multiplication with an addition counts as two. */
  readonly flops: CountBounds;
  /** What nodes read and write, each on its own. */
  readonly bytes: number;
  /** Nodes that count, in the order they run. */
  readonly nodes: readonly {
    /** The node's name, else that of its first output. */
    readonly name: string;
    readonly operator: string;
    /** Of one run of the node. */
    readonly flops: number;
    readonly bytes: number | null;
    readonly runs: CountBounds;
  }[];
  /** Nodes that could not be counted. */
  readonly unknown: readonly { readonly name: string; readonly operator: string; readonly reason: string }[];
}

/** What `sentei benchmark` measured, on which files, with which versions. */
export interface BenchmarkRecord extends ModelBenchmark {
  /** Of the form of this record. */
  readonly version: 1;
  readonly sentei: string;
  /** When the run began, in UTC. */
  readonly date: string;
  readonly files: { readonly original: FileFacts; readonly candidate?: FileFacts | undefined };
  /** Once for each point. */
  readonly work: readonly {
    readonly label: string;
    readonly original: ModelWork;
    readonly candidate?: ModelWork | undefined;
  }[];
}
