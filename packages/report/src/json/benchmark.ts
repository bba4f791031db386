import type { ModelBenchmark } from '@sentei/runtime';
import type { FileFacts } from './types.ts';

/** What `sentei benchmark` measured, on which files, with which versions. */
export interface BenchmarkRecord extends ModelBenchmark {
  /** Of the form of this record. */
  readonly version: 1;
  readonly sentei: string;
  /** When the run began, in UTC. */
  readonly date: string;
  readonly files: { readonly original: FileFacts; readonly candidate?: FileFacts | undefined };
}
