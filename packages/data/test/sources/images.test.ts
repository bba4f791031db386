import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { noise } from '../../src/shifts/noise.ts';
import { type ImagesOptions, imagesDataset } from '../../src/sources/images.ts';
import { collect } from '../support/list-dataset.ts';
import { png } from '../support/png.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
let count = 0;

async function digits(): Promise<ImagesOptions> {
  const path = join(folder(), `${count++}`, 'digits');
  for (const [name, value] of [
    ['one/a.png', 10],
    ['two/b.png', 20],
    ['two/c.png', 30],
  ] as const) {
    await mkdir(join(path, name, '..'), { recursive: true });
    await writeFile(join(path, name), png(2, 2, Uint8Array.of(0, value, value, 0)));
  }
  return {
    path,
    input: 'pixels',
    height: 2,
    width: 2,
    fit: 'crop',
    channels: 'grey',
    layout: 'NCHW',
    scale: 1,
    maxPixels: 100,
    type: 'float32',
  };
}

test('images are examples with the number of their class', async () => {
  const options = await digits();
  const dataset = await imagesDataset(options);
  expect([dataset.size, dataset.classes]).toEqual([3, ['one', 'two']]);
  const [second] = await collect(dataset.read(1, 2));
  expect(second).toMatchObject({
    source: 'digits/two/b.png',
    inputs: [{ pixels: { dims: [1, 2, 2], data: Float32Array.of(0, 20, 20, 0) } }],
    label: 1,
  });
  const other = await imagesDataset({ ...options, classes: ['two', 'zero', 'one'] });
  expect((await collect(other.read())).map(({ label }) => label)).toEqual([2, 0, 0]);
  expect(other.fingerprint).not.toBe(dataset.fingerprint);
  await expect(imagesDataset({ ...options, classes: ['two'] })).rejects.toMatchObject({
    code: 'invalid-data',
    subject: join(options.path, 'one'),
  });
});

test('a broken image is named when it is reached; noise changes pixels', async () => {
  const options = await digits();
  await writeFile(join(options.path, 'two', 'c.png'), 'broken');
  const dataset = await imagesDataset(options);
  await writeFile(join(options.path, 'two', 'b.png'), 'changed');
  await expect(collect(dataset.read(1, 2))).rejects.toMatchObject({
    message: expect.stringMatching(/b\.png: has changed since it was opened/),
  });
  const [noisy] = await collect(noise(dataset, { rate: 0.5 }).read(0, 1));
  expect(noisy?.inputs[0]?.pixels?.data).not.toEqual(Float32Array.of(0, 10, 10, 0));
  await expect(collect(dataset.read(2))).rejects.toMatchObject({
    code: 'invalid-data',
    subject: 'digits/two/c.png',
  });
});
