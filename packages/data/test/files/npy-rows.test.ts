import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openFileReader, sequentialReader } from '../../src/files/byte-reader.ts';
import { readNpyHeader } from '../../src/files/npy-header.ts';
import { checkRows, readNpyRows } from '../../src/files/npy-rows.ts';
import { elementCount } from '../../src/tensors/host-tensor.ts';
import { collect } from '../support/list-dataset.ts';
import { npy } from '../support/npy.ts';
import { temporaryFiles } from '../support/write-files.ts';

const file = temporaryFiles();

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
}

const KINDS = {
  '<f4': Float32Array,
  '<f8': Float64Array,
  '<f2': Uint16Array,
  '|i1': Int8Array,
  '<i2': Int16Array,
  '<i4': Int32Array,
  '<i8': BigInt64Array,
  '|u1': Uint8Array,
  '<u2': Uint16Array,
  '<u4': Uint32Array,
  '<u8': BigUint64Array,
  '|b1': Uint8Array,
} as const;

const anyArray = fc.record({
  descr: fc.constantFrom(...(Object.keys(KINDS) as (keyof typeof KINDS)[])),
  dims: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
  seed: fc.integer({ min: 0, max: 255 }),
  version: fc.constantFrom(1 as const, 2 as const, 3 as const),
});

test('law: what is written in any type, version and reader is read back, by any range', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyArray,
      fc.boolean(),
      fc.nat(4),
      async ({ descr, dims, seed, version }, isSequential, start) => {
        const count = elementCount(dims);
        const Data = KINDS[descr];
        const bytes = Uint8Array.from(
          { length: count * Data.BYTES_PER_ELEMENT },
          (_, at) => (seed + at * 7) % 256,
        );
        const data = new Data(bytes.buffer);
        const content = npy(data, { descr, dims, version });
        const reader = isSequential
          ? sequentialReader('x', content.length, () => once(content))
          : await openFileReader(file('x.npy', content), 'x');
        const header = await readNpyHeader(reader);
        const from = Math.min(start, dims[0] ?? 0);
        const rows = await collect(readNpyRows(reader, header, from, dims[0] ?? 0));
        await reader.close();
        expect(rows.every(({ dims: row }) => row.join() === dims.slice(1).join())).toBe(true);
        const found = rows.flatMap(({ data: row }) => Array.from<unknown>(row as ArrayLike<unknown>));
        expect(found).toEqual(
          Array.from<unknown>(data as ArrayLike<unknown>).slice((from * count) / (dims[0] ?? 1)),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test('law: the same elements in Fortran order and big-endian are the same rows', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
      async (dims) => {
        const count = elementCount(dims);
        const rowMajor = Float64Array.from({ length: count }, (_, index) => index);
        const columnMajor = new DataView(new ArrayBuffer(count * 8));
        for (let index = 0; index < count; index++) {
          let rest = index;
          let place = 0;
          for (let axis = dims.length - 1; axis >= 0; axis--) {
            const size = dims[axis] ?? 1;
            place += (rest % size) * elementCount(dims.slice(0, axis));
            rest = Math.floor(rest / size);
          }
          columnMajor.setFloat64(place * 8, index, false);
        }
        const content = npy(columnMajor, { descr: '>f8', dims, isFortran: true });
        const reader = await openFileReader(file('f.npy', content), 'f');
        const rows = await collect(readNpyRows(reader, await readNpyHeader(reader), 0, dims[0] ?? 0));
        await reader.close();
        expect(rows.flatMap(({ data }) => [...(data as Float64Array)])).toEqual([...rowMajor]);
      },
    ),
    { numRuns: 40 },
  );
});

test('an array that cannot be read by rows is refused', () => {
  const header = { type: 'float32', width: 4, isBigEndian: false, isFortran: false, offset: 64 } as const;
  const reader = sequentialReader('x', 0, () => once(new Uint8Array(0)));
  const refusal = (message: RegExp) =>
    expect.objectContaining({ code: 'invalid-data', message: expect.stringMatching(message) });
  expect(() => checkRows(reader, { ...header, dims: [] })).toThrow(refusal(/single value/));
  expect(() => checkRows(reader, { ...header, dims: [1, 2 ** 28 + 1] })).toThrow(
    refusal(/rows of 1073741828 bytes/),
  );
  expect(() => checkRows(reader, { ...header, dims: [2, 2], isFortran: true })).toThrow(
    refusal(/Fortran order/),
  );
});
