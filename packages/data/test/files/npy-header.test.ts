import { expect, test } from 'vitest';
import { sequentialReader } from '../../src/files/byte-reader.ts';
import { readNpyHeader } from '../../src/files/npy-header.ts';
import { npy, npyWithHeader } from '../support/npy.ts';

const header = (content: Uint8Array) =>
  readNpyHeader(
    sequentialReader('x.npy', content.length, async function* () {
      yield content;
    }),
  );

test('a header says type, order, shape and where the elements are', async () => {
  const content = npy(new Float32Array(6), { descr: '<f4', dims: [3, 2] });
  expect(await header(content)).toEqual({
    type: 'float32',
    width: 4,
    isBigEndian: false,
    isFortran: false,
    dims: [3, 2],
    offset: content.length - 24,
  });
  const text = "{'shape': (), 'descr': '>i2', 'fortran_order': True}";
  expect(await header(npyWithHeader(text, new Int16Array(1)))).toMatchObject({
    type: 'int16',
    isBigEndian: true,
    isFortran: true,
    dims: [],
  });
});

test('anything else is refused before memory is taken for it', async () => {
  const good = npy(new Float32Array(6), { descr: '<f4', dims: [3, 2] });
  const changed = (at: number, value: number) => Object.assign(Buffer.from(good), { [at]: value });
  const dictionary = (text: string) => npyWithHeader(text, new Float32Array(1));
  const cases: [Uint8Array, RegExp][] = [
    [good.subarray(0, 5), /it has 5 bytes/],
    [changed(0, 0), /first bytes are others/],
    [changed(6, 4), /version 4\.0/],
    [changed(9, 255), /truncated/],
    [good.subarray(0, good.length - 1), /truncated: shape \[3,2\] of float32 takes 24 bytes, it has 23/],
    [Buffer.concat([good, Buffer.alloc(1)]), /1 bytes more than its shape/],
    [npy(new Float32Array(1), { descr: '<f4', dims: [2 ** 40, 2 ** 40] }), /which no file can hold/],
    [npy(new Float32Array(1), { descr: '<f4', dims: [2 ** 40] }), /truncated/],
    [npy(new Float32Array(1), { descr: '|O', dims: [1] }), /elements of type '\|O'/],
    [npy(new Float32Array(1), { descr: '<U1', dims: [1] }), /elements of type '<U1'/],
    [npy(new Float32Array(1), { descr: '=f4', dims: [1] }), /elements of type '=f4'/],
    [dictionary('nothing'), /broken header/],
    [dictionary("{'descr': '<f4', 'shape': (1,)}"), /it needs descr, fortran_order and shape/],
    [dictionary("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"), /broken header/],
    [dictionary("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}"), /structured elements/],
    [dictionary("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}"), /broken header/],
  ];
  for (const [content, message] of cases) {
    await expect(header(content), `${message}`).rejects.toMatchObject({
      code: 'invalid-data',
      subject: 'x.npy',
      message: expect.stringMatching(message),
    });
  }
});

test('a header longer than any that NumPy writes is refused', async () => {
  const content = npyWithHeader(`{${' '.repeat(2 ** 16 + 64)}}`, new Float32Array(1), 2);
  await expect(header(content)).rejects.toMatchObject({
    message: expect.stringMatching(/a header of \d+ bytes/),
  });
});
