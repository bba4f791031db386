import type { GivenInput } from '@sentei/ir';
import type { EnergyFigure } from '../energy/measure-energy.ts';
import type { Machine } from '../machine/machine.ts';
import type { ModelPlacements } from '../placement/place-models.ts';
import type { ExecutionProvider, GraphOptimizationLevel } from '../process/protocol.ts';
import type { Comparison } from './comparison.ts';
import type { PeakMemory } from './peak-memory.ts';
import type { Latency, Summary } from './statistics.ts';
import type { WarmUp } from './steady.ts';

/** How long it takes from nothing to the first result, in milliseconds, and what memory that takes. */
export interface StartFigures {
  /** Process, session and first run together. */
  readonly total: Summary;
  /** Until Node.js runs and ONNX Runtime's library is loaded: the same for every model. */
  readonly process: Summary;
  /** Reading the file, from the page cache, and making the session. */
  readonly session: Summary;
  readonly firstRun: Summary;
  /** Peak of the whole process, Node.js and library included, when the model was loaded; the most of all starts. */
  readonly memoryLoaded: PeakMemory;
  /** The same after three runs. */
  readonly memoryRan: PeakMemory;
}

/** Everything measured of one model at one point. */
export interface ModelFigures {
  /** Shapes of its inputs, and the elements of small integer and bool ones. */
  readonly inputs: Readonly<Record<string, GivenInput>>;
  readonly latency: Latency;
  readonly start: StartFigures;
  /** Absent where the machine does not tell; `ModelBenchmark.energy` says why. */
  readonly energy?: EnergyFigure | undefined;
}

/** Original over candidate: above 1, the candidate takes less. */
export interface FigureComparison {
  /** Of medians of rounds. Absent, as all comparisons, with fewer than six pairs. */
  readonly latency?: Comparison | undefined;
  /** Of the total time of starts. */
  readonly start?: Comparison | undefined;
  readonly energy?: Comparison | undefined;
  /** Of peaks; absent where they are not known. */
  readonly memoryLoaded?: number | undefined;
  readonly memoryRan?: number | undefined;
}

/** One point at one optimization level. */
export interface BenchmarkFigure {
  readonly graphOptimizationLevel: GraphOptimizationLevel;
  readonly label: string;
  readonly original: ModelFigures;
  readonly candidate?: ModelFigures | undefined;
  /** Absent for one model alone. */
  readonly comparison?: FigureComparison | undefined;
  /** Of all processes together. */
  readonly rounds: number;
  /** Of each process. */
  readonly runsPerSample: readonly number[];
  readonly warmUps: readonly WarmUp[];
  /** Watts of the machine at rest, where it tells. */
  readonly idleWatts?: number | undefined;
}

/** What was measured, on what and how. Times are in milliseconds. */
export interface ModelBenchmark {
  readonly original: string;
  readonly candidate?: string | undefined;
  readonly figures: readonly BenchmarkFigure[];
  /** Points that the original did not run. */
  readonly leftOut: readonly {
    readonly graphOptimizationLevel: GraphOptimizationLevel;
    readonly label: string;
    readonly reason: string;
  }[];
  readonly energy:
    | { readonly status: 'measured'; readonly method: string }
    | { readonly status: 'unknown'; readonly reason: string };
  readonly threads: number;
  /** With `cuda`, times include the copies of inputs to the GPU and of outputs from it. */
  readonly executionProvider: ExecutionProvider;
  /** Whether CUDA was free to multiply in TensorFloat-32. */
  readonly tf32: boolean;
  /** Where the models' nodes ran, at the first point and level of the figures; `null` on the CPU. */
  readonly placement: ModelPlacements | null;
  /** Pairs of processes that rounds are spread over. */
  readonly processes: number;
  readonly confidence: number;
  readonly seed: number;
  readonly machine: Machine;
  /** Version of ONNX Runtime. */
  readonly runtimeVersion: string;
  /** One-minute load average before and after; more than a fraction before says that others were at work. */
  readonly load: { readonly before: number; readonly after: number };
}
