import { basename } from 'node:path';
import { parseOptions } from '@sentei/ir';
import { z } from 'zod';
import { fingerprintOf, hashParts } from '../dataset/hashing.ts';
import { rowDataset } from '../dataset/row-dataset.ts';
import type { Row } from '../dataset/types.ts';
import { fileSize, guardFile, hashFile, openFile, readAt } from '../files/data-file.ts';
import { invalidData } from '../invalid-data.ts';
import type { Divisible } from '../splits/divide.ts';
import { INTEGER_TYPES, type IntegerType, integerTensor } from '../tensors/integer-tensor.ts';

const schema = z.strictObject({
  path: z.string(),
  input: z.string(),
  length: z.int().min(1).default(1024),
  stride: z.int().min(1).optional(),
  type: z.enum(INTEGER_TYPES).default('int64'),
  from: z.number().min(0).max(1).default(0),
  to: z.number().min(0).max(1).default(1),
});

/** Where bytes are and how they are cut. */
export interface BytesOptions {
  readonly path: string;
  /** Name of the model's input. */
  readonly input: string;
  /** Bytes of a window; 1,024 by default. */
  readonly length?: number | undefined;
  /**
   * Bytes from the start of a window to the start of the next one; the length by default, so that windows do not
   * overlap.
   */
  readonly stride?: number | undefined;
  /** Element type of the input; int64 by default. */
  readonly type?: IntegerType | undefined;
  /** Where the file's share starts and ends, both from 0 to 1, rounded down to bytes; windows never reach beyond it. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/**
 * Windows of a file's bytes as the tokens of a byte-level model: one input of shape [length], values 0 to 255. What is
 * left at the end and shorter than a window is not read.
 *
 * @throws SenteiError `invalid-option`, `invalid-data` when the file cannot be read or is shorter than one window
 */
export async function bytesDataset(options: BytesOptions): Promise<Divisible> {
  const { path, input, length, stride = length, type, from, to } = parseOptions(schema, options);
  const refuseChange = await guardFile(path);
  const total = await fileSize(path);
  const start = Math.floor(total * from);
  const end = Math.floor(total * to);
  const name = basename(path);
  if (end - start < length) {
    const share = from === 0 && to === 1 ? '' : ` in its part from ${from} to ${to}`;
    throw invalidData(
      path,
      `has ${total} bytes, ${end - start} to read${share}, and a window takes ${length}`,
      'give more data or shorter windows',
    );
  }
  const row = (bytes: Uint8Array, position: number): Row => {
    const source = `${name} bytes ${position} to ${position + bytes.length}`;
    const hash = hashParts([bytes]);
    return {
      source,
      hash,
      example: async (change) => {
        const tensor = integerTensor(type, change?.bytes?.(bytes) ?? bytes);
        return { source, hash, inputs: [{ [input]: tensor }] };
      },
    };
  };
  const dataset = rowDataset({
    name,
    size: Math.floor((end - start - length) / stride) + 1,
    fingerprint: fingerprintOf('bytes', [await hashFile(path)], { input, length, stride, type, start, end }),
    async *rows(first, last, signal) {
      await refuseChange();
      const file = await openFile(path);
      try {
        for (let index = first; index < last; index++) {
          signal?.throwIfAborted();
          const position = start + index * stride;
          yield row(await readAt(file, path, position, length), position);
        }
      } finally {
        await file.close();
      }
    },
  });
  return { ...dataset, reach: Math.ceil(length / stride) - 1 };
}
