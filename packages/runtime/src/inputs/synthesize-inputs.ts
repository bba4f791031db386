import type { Feeds, HostTensor, TensorType } from '@sentei/data';
import { ARRAY_OF, elementCount, encodeFloat16Array, hostTensor } from '@sentei/data';
import { parseOptions, type Random, SenteiError, seededRandom } from '@sentei/ir';
import { z } from 'zod';
import type { Dimension, ValueSignature } from '../process/protocol.ts';
import { MAXIMUM_MESSAGE_BYTES } from '../process/protocol.ts';

/** Sizes and seed of inputs that are made up. */
export interface SynthesisOptions {
  readonly seed?: number | undefined;
  /** Sizes of symbolic dimensions, by symbol; they win over `batch` and `length`. */
  readonly dimensions?: Readonly<Record<string, number>> | undefined;
  /** Size of a symbolic dimension that comes first wherever it occurs. Default: 1. */
  readonly batch?: number | undefined;
  /** Size of every other symbolic dimension. Default: 64. */
  readonly length?: number | undefined;
  /** The largest integer to feed as an identifier. Default: 31, since nothing tells how large a vocabulary is. */
  readonly maximumId?: number | undefined;
}

const size = z.int().min(0);

const synthesisOptions = z.strictObject({
  seed: z.int().default(1),
  dimensions: z.record(z.string(), size).default({}),
  batch: size.default(1),
  length: size.default(64),
  maximumId: size.default(31),
});

type Settings = z.output<typeof synthesisOptions>;

const LARGEST = {
  int8: 2 ** 7 - 1,
  int16: 2 ** 15 - 1,
  int32: 2 ** 31 - 1,
  int64: 2 ** 31 - 1,
  uint8: 2 ** 8 - 1,
  uint16: 2 ** 16 - 1,
  uint32: 2 ** 31 - 1,
  uint64: 2 ** 31 - 1,
} as const;

const isInteger = (type: TensorType): type is keyof typeof LARGEST => Object.hasOwn(LARGEST, type);

const isTable = ({ type, dims }: ValueSignature): boolean =>
  type !== null && isInteger(type) && (dims?.length ?? 0) > 1;

/**
 * Plausible feeds for any model, the same for the same seed. Only types and shapes are looked at:
 * floats are normal; bools are all true; integers of rank below two are ones; the one integer input of rank two or more
 * has identifiers in [0, maximumId], and where there are several (identifiers, masks, segments: nothing but their names
 * tells them apart) all of them have values in {0, 1}, starting each row with 1, which is valid as any of these.
 * A symbol has one size everywhere, and a sum of symbols such as `past + current` has the sum of theirs.
 *
 * @throws SenteiError `unsupported-model` for an input that is no tensor, has unknown rank or would be too large
 */
export function synthesizeInputs(inputs: readonly ValueSignature[], options: SynthesisOptions = {}): Feeds {
  const settings = parseOptions(synthesisOptions, options);
  const random = seededRandom(settings.seed);
  const resolveDimension = dimensionResolver(inputs, settings);
  const maximumId = inputs.filter(isTable).length > 1 ? undefined : settings.maximumId;
  let budget = MAXIMUM_MESSAGE_BYTES;
  const feeds = inputs.map((input): [string, HostTensor] => {
    const { name, type } = input;
    if (type === null) throw unsupported(name, 'is not a tensor of a type that can be fed');
    if (input.dims === null) throw unsupported(name, 'has unknown rank');
    const dims = input.dims.map(resolveDimension);
    const width = type === 'string' ? 8 : ARRAY_OF[type].BYTES_PER_ELEMENT;
    budget -= elementCount(dims) * width;
    if (!(budget >= 0)) throw unsupported(name, `would be too large with shape [${dims}]`);
    return [name, fill(type, dims, random, maximumId)];
  });
  return Object.fromEntries(feeds);
}

function unsupported(name: string, fault: string): SenteiError {
  return new SenteiError('unsupported-model', `input '${name}' ${fault}`, {
    subject: name,
    hint: 'Give feeds for this model yourself, or sizes for its symbolic dimensions.',
  });
}

function dimensionResolver(
  inputs: readonly ValueSignature[],
  { dimensions, batch, length }: Settings,
): (dimension: Dimension, axis: number) => number {
  const later = new Set(inputs.flatMap(({ dims }) => (dims ?? []).slice(1)));
  const resolveSymbol = (symbol: string, axis: number): number => {
    if (Object.hasOwn(dimensions, symbol)) return dimensions[symbol] ?? length;
    const terms = symbol.split('+').map((term) => term.trim());
    if (terms.length > 1) {
      // Each term is a symbol of its own; as a summand it is a length, whatever axis the sum is on.
      return terms.reduce(
        (sum, term) => sum + (/^\d+$/.test(term) ? Number(term) : resolveSymbol(term, 1)),
        0,
      );
    }
    return axis === 0 && !later.has(symbol) ? batch : length;
  };
  return (dimension, axis) => {
    if (typeof dimension === 'number') return dimension;
    if (dimension === null) return axis === 0 ? batch : length;
    return resolveSymbol(dimension, axis);
  };
}

function fill(
  type: TensorType,
  dims: readonly number[],
  random: Random,
  maximumId: number | undefined,
): HostTensor {
  const count = elementCount(dims);
  if (type === 'float32') return hostTensor(type, dims, new Float32Array(count).map(random.normal));
  if (type === 'float64') return hostTensor(type, dims, new Float64Array(count).map(random.normal));
  if (type === 'float16') {
    return hostTensor(
      type,
      dims,
      encodeFloat16Array(Float64Array.from({ length: count }, () => random.normal())),
    );
  }
  if (type === 'bool') return hostTensor(type, dims, new Uint8Array(count).fill(1));
  if (type === 'string') return hostTensor(type, dims, new Array<string>(count).fill('text'));
  return fillIntegers(type, dims, integerSource(type, dims, random, maximumId));
}

function integerSource(
  type: keyof typeof LARGEST,
  dims: readonly number[],
  random: Random,
  maximumId: number | undefined,
): (index: number) => number {
  if (dims.length < 2) return () => 1;
  const row = dims.at(-1) ?? 1;
  if (maximumId === undefined) return (index) => (index % row === 0 ? 1 : random.below(2));
  const limit = Math.min(maximumId, LARGEST[type]) + 1;
  return () => random.below(limit);
}

function fillIntegers(
  type: keyof typeof LARGEST,
  dims: readonly number[],
  next: (index: number) => number,
): HostTensor {
  const count = elementCount(dims);
  switch (type) {
    case 'int8':
      return hostTensor(
        type,
        dims,
        new Int8Array(count).map((_, index) => next(index)),
      );
    case 'int16':
      return hostTensor(
        type,
        dims,
        new Int16Array(count).map((_, index) => next(index)),
      );
    case 'int32':
      return hostTensor(
        type,
        dims,
        new Int32Array(count).map((_, index) => next(index)),
      );
    case 'int64':
      return hostTensor(
        type,
        dims,
        new BigInt64Array(count).map((_, index) => BigInt(next(index))),
      );
    case 'uint8':
      return hostTensor(
        type,
        dims,
        new Uint8Array(count).map((_, index) => next(index)),
      );
    case 'uint16':
      return hostTensor(
        type,
        dims,
        new Uint16Array(count).map((_, index) => next(index)),
      );
    case 'uint32':
      return hostTensor(
        type,
        dims,
        new Uint32Array(count).map((_, index) => next(index)),
      );
    case 'uint64':
      return hostTensor(
        type,
        dims,
        new BigUint64Array(count).map((_, index) => BigInt(next(index))),
      );
  }
}
