import type { Feeds, HostTensor, TensorType } from '@sentei/data';
import type { Reduced, ReduceStep } from '../calibration/reducer.ts';
import type { OutputReduction } from '../metrics/output-reduction.ts';

/**
 * What parent and worker say to each other: one request, then one reply to it. A worker holds one model, or none and
 * evaluates small ones, and is given back by ending its process, since ONNX Runtime keeps memory after a session's release
 * (microsoft/onnxruntime issues 25325 and 26831).
 */

/** A number, the name of a symbolic dimension, or `null` for an unknown one without a name. */
export type Dimension = number | string | null;

/** One input or output of a model. */
export interface ValueSignature {
  readonly name: string;
  /** `null`: a sequence, map or optional, or an element type that the Node binding cannot carry. */
  readonly type: TensorType | null;
  /**
   * `null`: unknown rank. ONNX Runtime's Node binding says `[]` both for a scalar and for a value of unknown rank,
   * so a session never reports `null`; other sources of signatures may.
   */
  readonly dims: readonly Dimension[] | null;
}

/** Inputs and outputs of a model, as a session knows them. */
export interface Signature {
  readonly inputs: readonly ValueSignature[];
  readonly outputs: readonly ValueSignature[];
}

/** How far ONNX Runtime optimizes a graph before it runs it. */
export type GraphOptimizationLevel = 'disabled' | 'basic' | 'extended' | 'layout' | 'all';

/**
 * What runs the operators. With `cuda`, ONNX Runtime still leaves nodes without a CUDA kernel, and nodes that compute shapes,
 * to the CPU without a word: `measurePlacement` tells which.
 */
export type ExecutionProvider = 'cpu' | 'cuda';

/** Everything besides the model that decides how fast it runs. */
export interface SessionSettings {
  /** Threads that share the work of one operator. */
  readonly threads: number;
  readonly graphOptimizationLevel: GraphOptimizationLevel;
  /** Default: `cpu`. */
  readonly executionProvider?: ExecutionProvider | undefined;
  /** Path that ONNX Runtime's profile starts with, to which it adds a time and `.json`; written by `end-profile`. */
  readonly profile?: string | undefined;
}

export interface LoadRequest {
  readonly kind: 'load';
  readonly path: string;
  /** The folder of external data, where it is not that of the model file. */
  readonly externalFolder?: string | undefined;
  readonly settings: SessionSettings;
}

export interface RunRequest {
  readonly kind: 'run';
  readonly feeds: Feeds;
  /** Names of the outputs to compute and send back; all of them when absent. */
  readonly outputs?: readonly string[];
}

export interface TimeRequest {
  readonly kind: 'time';
  readonly feeds: Feeds;
  readonly runs: number;
}

/** An output that is handed on to an input, or put behind what the input had; see `CarriedState` of `@sentei/ir`. */
export interface CarriedOutput {
  readonly input: string;
  readonly output: string;
  readonly append?: number | undefined;
  readonly drop?: string | undefined;
}

/**
 * A run that hands outputs on to inputs of the next one, inside the process: a cache of keys and values never travels. Of a
 * failed run nothing is kept.
 */
export interface StepRequest {
  readonly kind: 'step';
  /** For the inputs that no output is handed on to. */
  readonly feeds: Feeds;
  /** Which outputs are handed on to which inputs. */
  readonly carried: readonly CarriedOutput[];
  /** What the carried inputs get in this run, in place of what the last one left. */
  readonly start?: Feeds | undefined;
  /** Names of the outputs to send back; none is allowed. */
  readonly outputs: readonly string[];
}

/** What came of a step. */
export interface StepResult {
  readonly outputs: Readonly<Record<string, HostTensor>>;
  /** Of the run, in the process. */
  readonly milliseconds: number;
  /** Bytes of what is kept for the next step. */
  readonly carriedBytes: number;
}

/** As a run, but what is sent back is computed from the outputs and small. */
export interface ReduceRequest {
  readonly kind: 'reduce';
  readonly feeds: Feeds;
  readonly reduction: OutputReduction;
}

/** A model to load from memory, run once and let go of: many can follow each other in one process. */
export interface EvaluateRequest {
  readonly kind: 'evaluate';
  readonly model: Uint8Array;
  readonly feeds: Feeds;
  readonly settings: SessionSettings;
}

/** Writes the profile of a model that was loaded with one. */
export interface EndProfileRequest {
  readonly kind: 'end-profile';
}

/** One step of a calibration. */
export interface AccumulateRequest {
  readonly kind: 'accumulate';
  readonly step: ReduceStep;
}

export type Request =
  | LoadRequest
  | RunRequest
  | StepRequest
  | TimeRequest
  | ReduceRequest
  | EvaluateRequest
  | EndProfileRequest
  | AccumulateRequest;

/** The ONNX Runtime that is installed. */
export interface RuntimeDescription {
  /** Version of ONNX Runtime. */
  readonly version: string;
  /** Execution providers that the installed binding can create. */
  readonly providers: readonly string[];
}

export type Reply =
  /** Sent once, unasked, when ONNX Runtime's library is loaded. */
  | { readonly kind: 'ready'; readonly runtime: RuntimeDescription }
  | { readonly kind: 'load'; readonly signature: Signature }
  | { readonly kind: 'run'; readonly outputs: Readonly<Record<string, HostTensor>> }
  | { readonly kind: 'evaluate'; readonly outputs: Readonly<Record<string, HostTensor>> }
  | ({ readonly kind: 'step' } & StepResult)
  /** Milliseconds of each run, in order. */
  | { readonly kind: 'time'; readonly milliseconds: readonly number[] }
  | { readonly kind: 'end-profile' }
  | { readonly kind: 'reduce'; readonly outputs: Readonly<Record<string, HostTensor>> }
  | { readonly kind: 'accumulate'; readonly reduced: Reduced }
  | { readonly kind: 'failed'; readonly message: string };

export type ReplyTo<Kind extends Reply['kind']> = Extract<Reply, { readonly kind: Kind }>;

/** Narrows a reply to the kind that a request of that kind is answered with. */
export function isReplyTo<Kind extends Reply['kind']>(kind: Kind, reply: Reply): reply is ReplyTo<Kind> {
  return reply.kind === kind;
}

/** The largest sum of tensor bytes that one message may carry: v8 cannot serialize much beyond 2 GiB. */
export const MAXIMUM_MESSAGE_BYTES = 2 ** 30;
