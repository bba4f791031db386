import type { Feeds } from '@sentei/data';
import { hostTensor } from '@sentei/data';
import type { ValueSignature } from '../process/protocol.ts';
import { synthesizeInputs } from './synthesize-inputs.ts';

/** A batch size and a size for all other symbolic dimensions; a part that the model fixes is `undefined`. */
export interface InputSize {
  readonly batch: number | undefined;
  readonly length: number | undefined;
}

/**
 * The sizes among `batches` and `lengths` that differ for a model, smallest first: what its signature fixes does not vary.
 *
 * @throws SenteiError `unsupported-model` when no feeds can be made for the model
 */
export function sizesFor(
  inputs: readonly ValueSignature[],
  lengths: readonly number[],
  batches: readonly number[],
): InputSize[] {
  const base = shapesAt(inputs, 4, 8);
  const freeBatches = shapesAt(inputs, 5, 8) === base ? [undefined] : batches;
  const freeLengths = shapesAt(inputs, 4, 9) === base ? [undefined] : lengths;
  const sizes = freeLengths.flatMap((length) => freeBatches.map((batch) => ({ batch, length })));
  return sizes.sort((a, b) => cells(a) - cells(b));
}

/** How much there is to compute at a size, in tokens or what takes their place. */
export function cells({ batch = 1, length = 1 }: InputSize): number {
  return batch * length;
}

export function describeSize({ batch, length }: InputSize): string {
  if (length === undefined && batch === undefined) return 'fixed size';
  if (length === undefined) return `batch ${batch}`;
  return batch === undefined || batch === 1 ? `length ${length}` : `batch ${batch}, length ${length}`;
}

/** @throws SenteiError `unsupported-model` */
export function synthesizedFeeds(inputs: readonly ValueSignature[], { batch, length }: InputSize): Feeds {
  return synthesizeInputs(inputs, { batch, length });
}

/** Rows of a text that follow each other, as a byte-level language model takes them; a short text is repeated. */
export function textFeeds(input: ValueSignature, text: Uint8Array, size: InputSize): Feeds {
  const [fixedBatch, fixedLength] = input.dims ?? [];
  const batch = size.batch ?? (typeof fixedBatch === 'number' ? fixedBatch : 1);
  const length = size.length ?? (typeof fixedLength === 'number' ? fixedLength : 1);
  const ids = BigInt64Array.from({ length: batch * length }, (_, index) =>
    BigInt(text[index % text.length] ?? 0),
  );
  return { [input.name]: hostTensor('int64', [batch, length], ids) };
}

function shapesAt(inputs: readonly ValueSignature[], batch: number, length: number): string {
  const feeds = synthesizeInputs(inputs, { batch, length });
  return JSON.stringify(Object.values(feeds).map(({ dims }) => dims));
}
