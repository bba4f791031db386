import type { Feeds, HostTensor } from '../tensors/host-tensor.ts';

/** What a metric compares a model's outputs with: a number, a class or text, several numbers, or a tensor. */
export type Label = number | string | readonly number[] | HostTensor;

/** What one example of a user's data is made of. */
export interface Example {
  /** Where it came from, for messages: `sts-dev.jsonl line 12`. */
  readonly source: string;
  /** SHA-256 (hex) of what was read for its inputs, label aside: the same row has the same one wherever it lies. */
  readonly hash: string;
  /**
   * One set of feeds per time the model has to run for it (a pair of sentences has two), WITHOUT batch axis: batching
   * adds axis 0 of the model's inputs.
   */
  readonly inputs: readonly Feeds[];
  /** What the metric compares with. */
  readonly label?: Label | undefined;
  /** UTF-8 bytes of the text that its tokens stand for, where all of a row's text is in them. */
  readonly bytes?: number | undefined;
}

/** What is done to the contents of a row before tensors are made of them; only the function that fits is called. */
export interface Change {
  /** Text before it is tokenized. */
  text?(text: string): string;
  /** The bytes of a window of a byte-level model. */
  bytes?(bytes: Uint8Array): Uint8Array;
  /** Tokens of one text without special tokens, and the tokens of the vocabulary that are not special. */
  tokens?(tokens: readonly number[], vocabulary: readonly number[]): readonly number[];
  /** Elements of a floating-point input, after every conversion. */
  floats?(elements: Float32Array | Float64Array): Float32Array | Float64Array;
}

/** An example that is read but not made into tensors yet, which is the costly part. */
export interface Row {
  /** The same as the example's. */
  readonly source: string;
  /** The same as the example's. */
  readonly hash: string;
  /** @throws SenteiError `invalid-data` naming the row when it cannot be made into an example */
  example(change?: Change): Promise<Example>;
}

/** How rows of different sizes become one tensor. */
export interface Padding {
  /** Pad value by name of the input; an input without one is not padded. */
  readonly values: Readonly<Record<string, number>>;
  /** Where the pad values go, along every axis that differs. */
  readonly side: 'left' | 'right';
}

/** Examples in a fixed order, read as they are asked for: memory does not grow with their number. */
export interface Dataset {
  readonly name: string;
  readonly size: number;
  /** Of contents and of every option that changes an example or its padding; the same for the same examples. */
  readonly fingerprint: string;
  /** How ragged rows are batched; when absent they are an error. */
  readonly padding?: Padding | undefined;
  /** Examples `from` up to, not including, `to`. */
  read(from?: number, to?: number, signal?: AbortSignal): AsyncIterable<Example>;
  /** The same without making tensors of them, for whoever compares or picks rows. */
  rows?(from?: number, to?: number, signal?: AbortSignal): AsyncIterable<Row>;
}

/** Three disjoint datasets of one card. */
export interface Splits {
  readonly calibration: Dataset;
  readonly selection: Dataset;
  readonly heldout: Dataset;
}

/** Which set of inputs of which example is in a row of a batch. */
export interface BatchRow {
  /** Index into the batch's examples. */
  readonly example: number;
  /** Index into that example's `inputs`. */
  readonly set: number;
}

/** Sets of inputs that run together. */
export interface Batch {
  /** The examples whose inputs are in it, in order; one with several sets may go on in the next batch. */
  readonly examples: readonly Example[];
  /** Stacked along a new axis 0, padded where the dataset says how. */
  readonly feeds: Feeds;
  /** What each index of axis 0 is. */
  readonly rows: readonly BatchRow[];
}
