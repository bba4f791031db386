import fc from 'fast-check';
import { SenteiError } from '../errors.ts';
import type { DataType } from '../graph/data-type.ts';
import type { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { isTensorType } from '../graph/type.ts';

/** Tensors by the name of the input they are for. */
export type Feeds = Map<string, Tensor>;

/** Random feeds for every input of a model that has no default; see `makeFeeds`. Shrinks to one element per open axis. */
export function feedsFor(model: Model): fc.Arbitrary<Feeds> {
  return fc
    .record({ extent: fc.integer({ min: 1, max: 3 }), seed: fc.nat({ max: 1000 }) })
    .map(({ extent, seed }) => makeFeeds(model, extent, seed));
}

/**
 * Makes feeds for every input of a model that has no default, the same ones each time: floats between -2 and 2, integers
 * between 0 and 2 (so that they can be indices), bools.
 *
 * @param extent what every axis without a fixed extent gets
 * @throws SenteiError `unsupported-model` for inputs that are no tensors of known rank, or of strings or packed types
 */
export function makeFeeds(model: Model, extent: number, seed: number): Feeds {
  const feeds: Feeds = new Map();
  for (const input of model.graph.inputs) {
    if (input.tensor !== undefined) continue;
    const { type } = input;
    if (!isTensorType(type) || type.shape === undefined) throw unfed(input.name);
    const dims = type.shape.map((dim) => (typeof dim === 'number' ? dim : extent));
    feeds.set(input.name, makeTensor(type.elementType, dims, seed + feeds.size, input.name));
  }
  return feeds;
}

/** Numbers between `-scale` and `scale` that are no round ones, the same for the same seed. */
export function noise(count: number, seed: number, scale: number): Float64Array {
  return Float64Array.from({ length: count }, (_, index) => scale * Math.sin(12.9898 * (index + 1) + seed));
}

const FLOATS = new Set<DataType>(['float16', 'float32', 'float64', 'bfloat16']);
const INTEGER_BYTES: Partial<Record<DataType, number>> = {
  uint8: 1,
  int8: 1,
  bool: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  uint64: 8,
  int64: 8,
};

function makeTensor(type: DataType, dims: readonly number[], seed: number, name: string): Tensor {
  const size = dims.reduce((product, dim) => product * dim, 1);
  const numbers = noise(size, seed, 2);
  if (isFloat(type)) return Tensor.floats(numbers, dims, type);
  const width = INTEGER_BYTES[type];
  if (width === undefined) throw unfed(name);
  const bytes = new Uint8Array(size * width);
  const count = type === 'bool' ? 2 : 3;
  // Little-endian, and small enough for the lowest byte.
  for (const [index, number] of numbers.entries())
    bytes[index * width] = Math.floor(100 + 50 * number) % count;
  return Tensor.fromBytes(type, dims, bytes);
}

function isFloat(type: DataType): type is 'float16' | 'float32' | 'float64' | 'bfloat16' {
  return FLOATS.has(type);
}

function unfed(name: string): SenteiError {
  return new SenteiError('unsupported-model', `no feed can be made for input ${name}`, {
    subject: name,
    hint: 'declare it as a tensor of numbers with a known rank',
  });
}
