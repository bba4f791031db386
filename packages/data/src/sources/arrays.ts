import { basename } from 'node:path';
import { fingerprintOf, hashParts } from '../dataset/hashing.ts';
import { type RowDataset, rowDataset } from '../dataset/row-dataset.ts';
import type { Change, Example, Label, Padding } from '../dataset/types.ts';
import type { ByteReader } from '../files/byte-reader.ts';
import { type NpyHeader, readNpyHeader } from '../files/npy-header.ts';
import { checkRows, readNpyRows } from '../files/npy-rows.ts';
import { invalidData } from '../invalid-data.ts';
import { toNumbers } from '../tensors/from-numbers.ts';
import type { Feeds, HostTensor } from '../tensors/host-tensor.ts';
import { type ArrayFiles, openArrayFiles } from './array-files.ts';
import { type FieldInput, fieldTensor } from './field-input.ts';
import { type LabelOptions, labelOf } from './label.ts';

/** NumPy arrays and what they are. */
export interface ArraysOptions {
  /** A `.npz` file, a folder of `.npy` files, or a `.npy` file. */
  readonly path: string;
  /** Inputs by name of the array. */
  readonly arrays: Readonly<Record<string, FieldInput>>;
  readonly label?: LabelOptions | undefined;
  readonly padding?: Padding | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Rows of NumPy arrays along axis 0; inputs have the shape of a row. Arrays are read by range, a compressed one from
 * its start on.
 *
 * @throws SenteiError `invalid-data` for a file that is broken or truncated, an array that is missing, of another type
 *   than the input, empty, or of another number of rows than the others
 */
export async function arraysDataset(options: ArraysOptions): Promise<RowDataset> {
  const { path, arrays, label, padding } = options;
  const name = basename(path);
  const files = await openArrayFiles(path);
  const names = Object.keys(arrays).sort();
  const wanted = label ? [...names, label.field] : names;
  const size = await countRows(path, files, wanted, arrays);
  return rowDataset({
    name,
    size,
    fingerprint: fingerprintOf('arrays', [await files.fingerprint(wanted, options.signal)], {
      arrays,
      label,
      padding,
    }),
    padding,
    async *rows(from, to, signal) {
      const open: OpenArray[] = [];
      try {
        for (const array of wanted) open.push(await openArray(files, array, from, to, signal));
        for (let index = from; index < to; index++) {
          const tensors = new Map<string, HostTensor>();
          for (const { array, rows } of open) {
            const { value, done } = await rows.next();
            if (!done) tensors.set(array, value);
          }
          const source = `${name} row ${index}`;
          const hash = hashParts(names.flatMap((array) => hashedParts(array, tensors.get(array))));
          yield {
            source,
            hash,
            example: async (change) => exampleOf({ source, hash, tensors }, arrays, label, change),
          };
        }
      } finally {
        for (const { reader, rows } of open) {
          await rows.return?.();
          await reader.close();
        }
      }
    },
  });
}

interface OpenArray {
  readonly array: string;
  readonly reader: ByteReader;
  readonly rows: AsyncIterator<HostTensor>;
}

async function openArray(
  files: ArrayFiles,
  array: string,
  from: number,
  to: number,
  signal: AbortSignal | undefined,
): Promise<OpenArray> {
  const reader = await files.open(array);
  try {
    const header = await readNpyHeader(reader);
    return { array, reader, rows: readNpyRows(reader, header, from, to, signal)[Symbol.asyncIterator]() };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** Rows of the arrays, which must be as many in all of them; what can be told from their headers is checked. */
async function countRows(
  path: string,
  files: ArrayFiles,
  wanted: readonly string[],
  arrays: Readonly<Record<string, FieldInput>>,
): Promise<number> {
  let first: { name: string; size: number } | undefined;
  for (const name of wanted) {
    const header = await headerOf(files, name);
    const input = arrays[name];
    if (input && !input.convert && input.type !== header.type) {
      throw invalidData(
        path,
        `wrong dtype: array '${name}' is ${header.type}, input '${input.name}' takes ${input.type}`,
        `save ${input.type}, or say "type": "${input.type}" for '${name}' in the card to have it converted`,
      );
    }
    const size = header.dims[0] ?? 0;
    if (size === 0) throw invalidData(path, `array '${name}' is empty`);
    first ??= { name, size };
    if (size !== first.size) {
      throw invalidData(path, `array '${name}' has ${size} rows, '${first.name}' has ${first.size}`);
    }
  }
  if (!first) throw invalidData(path, 'no array of it is an input');
  return first.size;
}

async function headerOf(files: ArrayFiles, name: string): Promise<NpyHeader> {
  const reader = await files.open(name);
  try {
    const header = await readNpyHeader(reader);
    checkRows(reader, header);
    return header;
  } finally {
    await reader.close();
  }
}

function hashedParts(array: string, tensor: HostTensor | undefined): (string | Uint8Array)[] {
  if (!tensor || tensor.type === 'string') return [array];
  const { type, dims, data } = tensor;
  return [array, type, dims.join(), new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
}

function exampleOf(
  { source, hash, tensors }: { source: string; hash: string; tensors: ReadonlyMap<string, HostTensor> },
  arrays: Readonly<Record<string, FieldInput>>,
  label: LabelOptions | undefined,
  change: Change | undefined,
): Example {
  const feeds: Record<string, Feeds[string]> = {};
  for (const [array, input] of Object.entries(arrays)) {
    const tensor = tensors.get(array);
    if (!tensor) throw invalidData(source, `misses array '${array}'`);
    feeds[input.name] = fieldTensor(tensor, input, array, source, change);
  }
  const found = label && tensors.get(label.field);
  return {
    source,
    hash,
    inputs: [feeds],
    ...(label && found && { label: labelOfTensor(found, label, source) }),
  };
}

function labelOfTensor(tensor: HostTensor, label: LabelOptions, source: string): Label {
  if (label.type === 'tensor') return tensor;
  const values = Array.from(toNumbers(tensor));
  const isSingle = label.type !== 'numbers' && values.length === 1;
  return labelOf(isSingle ? values[0] : values, label, source);
}
