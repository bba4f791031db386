import { SenteiError } from '@sentei/ir';
import { mean } from 'simple-statistics';
import type { Dimension, Signature } from '../process/protocol.ts';
import type { Session } from '../process/session.ts';

/** Which windows of the text are scored. */
export interface BitsPerByteOptions {
  /** Bytes of a window, of which all but the first are predicted. Default: 1,024. */
  readonly windowLength?: number;
  /** How many windows from the start of the text. Default: all that fit. */
  readonly windows?: number;
  /** Called after each window with the number of windows done and to do. */
  readonly onWindow?: (done: number, total: number) => void;
}

/** How well a byte-level language model predicts a text. */
export interface BitsPerByte {
  /** Mean over windows of each window's mean. */
  readonly bitsPerByte: number;
  /** Each window's mean bits per predicted byte, in text order: what a paired comparison of two models needs. */
  readonly perWindow: readonly number[];
  readonly windowLength: number;
}

const VOCABULARY = 256;

const FLOATS: ReadonlySet<string | null> = new Set(['float32', 'float64', 'float16']);

const mayBe = (dimension: Dimension | undefined, size: number): boolean =>
  typeof dimension !== 'number' || dimension === size;

/**
 * Names the input and the output of a byte-level language model: its only input is int64 [batch, sequence], and of its
 * outputs exactly one is float [batch, sequence, 256]. `undefined` for any other model.
 */
export function byteLanguageModelNames({
  inputs,
  outputs,
}: Signature): { readonly input: string; readonly output: string } | undefined {
  const [input] = inputs;
  if (!input || inputs.length !== 1 || input.type !== 'int64' || input.dims?.length !== 2) return undefined;
  const [batch, sequence] = input.dims;
  const [logits, ...others] = outputs.filter(
    ({ type, dims }) => FLOATS.has(type) && dims?.length === 3 && dims[2] === VOCABULARY,
  );
  if (!logits || others.length > 0) return undefined;
  const [outputBatch, outputSequence] = logits.dims ?? [];
  const isOneRow = mayBe(batch, 1) && mayBe(outputBatch, 1);
  const isSameLength = typeof sequence !== 'number' || mayBe(outputSequence, sequence);
  return isOneRow && isSameLength ? { input: input.name, output: logits.name } : undefined;
}

/** Whether bits per byte can be measured on a model, by the types and shapes of its inputs and outputs alone. */
export function isByteLanguageModel(signature: Signature): boolean {
  return byteLanguageModelNames(signature) !== undefined;
}

/**
 * Bits per byte of a byte-level language model: the text is cut from its start into windows that follow each other
 * without overlap; each window is scored by itself, without what came before it.
 *
 * @throws SenteiError `invalid-data` when the text has fewer windows than asked for, `invalid-option`, or what
 *   `Session.score` throws
 */
export async function measureBitsPerByte(
  session: Session,
  text: Uint8Array,
  { windowLength = 1024, windows, onWindow }: BitsPerByteOptions = {},
): Promise<BitsPerByte> {
  if (!Number.isSafeInteger(windowLength) || windowLength < 2) {
    throw new SenteiError(
      'invalid-option',
      `windowLength must be an integer of at least 2, not ${windowLength}`,
    );
  }
  const available = Math.floor(text.length / windowLength);
  const total = windows ?? available;
  if (!Number.isSafeInteger(total) || (windows !== undefined && windows < 1)) {
    throw new SenteiError('invalid-option', `windows must be a positive integer, not ${windows}`);
  }
  if (total > available || available === 0) {
    throw new SenteiError(
      'invalid-data',
      `the text has ${text.length} bytes, too few for ${Math.max(1, total)} windows of ${windowLength}`,
    );
  }
  const perWindow: number[] = [];
  for (let index = 0; index < total; index += 1) {
    perWindow.push(await session.score(text.subarray(index * windowLength, (index + 1) * windowLength)));
    onWindow?.(index + 1, total);
  }
  return { bitsPerByte: mean(perWindow), perWindow, windowLength };
}
