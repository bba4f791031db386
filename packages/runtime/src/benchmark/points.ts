import { SenteiError } from '@sentei/ir';
import { describeSize, sizesFor } from '../inputs/input-sizes.ts';
import { synthesizeInputs } from '../inputs/synthesize-inputs.ts';
import type { ValueSignature } from '../process/protocol.ts';
import type { BenchmarkPoint } from './benchmark.ts';

/** Sizes of dimensions by name: `batch`, `length`, or a symbolic dimension of the model. */
export type PointSizes = Readonly<Record<string, number>>;

const LENGTHS = [128, 512];
const BATCHES = [1, 8];

/**
 * Reads points such as `batch=1 length=128; batch=8 length=512`.
 *
 * @throws SenteiError `invalid-option`
 */
export function parsePoints(text: string): PointSizes[] {
  const points = text.split(';').filter((part) => part.trim() !== '');
  if (points.length === 0) throw invalid(text, 'no point is given');
  return points.map((part) => {
    const words = part.trim().split(/[\s,]+/);
    const sizes = words.map((word): [string, number] => {
      const match = /^(.+)=(\d+)$/.exec(word);
      const [, name = '', digits = ''] = match ?? [];
      const size = Number(digits);
      if (match === null || !Number.isSafeInteger(size)) throw invalid(word, 'is not a size');
      return [name, size];
    });
    const names = sizes.map(([name]) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw invalid(twice, 'is given twice in one point');
    return Object.fromEntries(sizes);
  });
}

function invalid(what: string, fault: string): SenteiError {
  return new SenteiError('invalid-option', `'${what}' ${fault}`, {
    subject: what,
    hint: 'write points as in: batch=1 length=128; batch=8 length=512',
  });
}

/**
 * Inputs of the given sizes, made up from types and shapes.
 *
 * @throws SenteiError `invalid-option` for a dimension that the model does not have, `unsupported-model` when no inputs can
 *   be made up
 */
export function synthesizePoint(inputs: readonly ValueSignature[], sizes: PointSizes): BenchmarkPoint {
  const symbols = new Set(inputs.flatMap(({ dims }) => dims ?? []).filter((dim) => typeof dim === 'string'));
  const terms = new Set(
    [...symbols].flatMap((symbol) => [symbol, ...symbol.split('+').map((s) => s.trim())]),
  );
  const { batch, length, ...dimensions } = sizes;
  const stranger = Object.keys(dimensions).find((name) => !terms.has(name));
  if (stranger !== undefined) {
    const known = symbols.size === 0 ? 'it has none' : `it has ${[...symbols].join(', ')}`;
    throw new SenteiError('invalid-option', `the model has no dimension '${stranger}' (${known})`, {
      subject: stranger,
      hint: 'batch is the first free dimension of each input and length every other one',
    });
  }
  const label = Object.entries(sizes).map(([name, size]) => `${name} ${size}`);
  return { label: label.join(', '), feeds: synthesizeInputs(inputs, { dimensions, batch, length }) };
}

/**
 * Points for a model nothing else is known of: lengths 128 and 512 of one row, and eight rows of 128; fewer where the model
 * fixes its sizes.
 *
 * @throws SenteiError `unsupported-model` when no inputs can be made up
 */
export function defaultPoints(inputs: readonly ValueSignature[]): BenchmarkPoint[] {
  const sizes = sizesFor(inputs, LENGTHS, BATCHES);
  const [shortest] = LENGTHS;
  return sizes
    .filter(({ batch = 1, length = shortest }) => batch === 1 || length === shortest)
    .map((size) => ({ label: describeSize(size), feeds: synthesizeInputs(inputs, size) }));
}
