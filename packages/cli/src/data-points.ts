import { extname } from 'node:path';
import { batches, bytesDataset, type Dataset, openCard } from '@sentei/data';
import { SenteiError } from '@sentei/ir';
import type { BenchmarkPoint, PointSizes, ValueSignature } from '@sentei/runtime';

/** Rows of a batch of any data. */
const BATCHES: readonly PointSizes[] = [{ batch: 1 }, { batch: 8 }];
/** Of a raw text, whose rows may be of any length. */
const TEXT_SIZES: readonly PointSizes[] = [
  { batch: 1, length: 128 },
  { batch: 1, length: 512 },
  { batch: 8, length: 128 },
];

/**
 * Inputs from the start of the held-out part of a dataset.
 *
 * @param sizes `batch` rows of it, and for a raw text `length` bytes of each
 * @throws SenteiError `invalid-option` for other sizes, `invalid-data` when there are too few rows, or as `openCard` does
 */
export async function dataPoints(
  path: string,
  inputs: readonly ValueSignature[],
  sizes: readonly PointSizes[] | undefined,
  signal: AbortSignal | undefined,
): Promise<BenchmarkPoint[]> {
  const isText = extname(path).toLowerCase() !== '.json';
  const points: BenchmarkPoint[] = [];
  for (const size of sizes ?? (isText ? TEXT_SIZES : BATCHES)) {
    const { batch = 1, length, ...others } = size;
    const stranger = [...Object.keys(others), ...(isText || length === undefined ? [] : ['length'])][0];
    if (stranger !== undefined) {
      throw new SenteiError('invalid-option', `'${stranger}' cannot be chosen: the data has it`, {
        subject: stranger,
        hint: isText ? 'give batch and length' : 'give batch; the card says how long rows are',
      });
    }
    const heldout = isText
      ? await heldoutText(path, inputs, length)
      : (await openCard(path, { model: inputs, signal })).splits.heldout;
    const [first] = await firstBatch(batches(heldout, { batch, signal }));
    if (first === undefined || first.rows.length < batch) {
      throw new SenteiError('invalid-data', `${path} has less than ${batch} held-out rows`, {
        subject: path,
      });
    }
    const label = Object.entries({ batch, ...(length !== undefined && { length }) });
    points.push({ label: label.map(([name, value]) => `${name} ${value}`).join(', '), feeds: first.feeds });
  }
  return points;
}

/** The second half of a text. Rows that others are equal to do no harm where nothing is judged. */
async function heldoutText(
  path: string,
  inputs: readonly ValueSignature[],
  length: number | undefined,
): Promise<Dataset> {
  const [input, ...more] = inputs;
  if (
    input === undefined ||
    more.length > 0 ||
    !/^u?int/.test(input.type ?? '') ||
    input.dims?.length !== 2
  ) {
    throw new SenteiError('invalid-data', `${path} is a text, and the model does not read bytes alone`, {
      subject: path,
      hint: 'write a dataset card (JSON) that says how rows become inputs',
    });
  }
  const type = input.type === 'int32' ? 'int32' : 'int64';
  return bytesDataset({ path, input: input.name, type, length, from: 0.5 });
}

async function firstBatch<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  for await (const item of items) return [item];
  return [];
}
