import { expect, test } from 'vitest';
import { type ImageOptions, imageDecoder, pixelTensor } from '../../src/sources/image-tensor.ts';
import { png } from '../support/png.ts';

const options: ImageOptions = {
  height: 1,
  width: 2,
  fit: 'stretch',
  channels: 'rgb',
  layout: 'NCHW',
  scale: 1,
  maxPixels: 100,
  type: 'float32',
};
const colours = png(2, 1, Uint8Array.of(255, 0, 51, 10, 20, 30));
const decode = async (bytes: Uint8Array, changes: Partial<ImageOptions> = {}) =>
  (await imageDecoder({ ...options, ...changes })).decode(bytes, 'x.png');

test('pixels go to the layout, scale, mean and deviation that are asked for', async () => {
  expect(await decode(colours)).toEqual({
    type: 'float32',
    dims: [3, 1, 2],
    data: Float32Array.of(255, 10, 0, 20, 51, 30),
  });
  expect(await decode(colours, { layout: 'NHWC' })).toMatchObject({
    dims: [1, 2, 3],
    data: Float32Array.of(255, 0, 51, 10, 20, 30),
  });
  const scaled = pixelTensor(Uint8Array.of(255, 0, 51), 3, {
    ...options,
    width: 1,
    scale: 1 / 255,
    mean: [0.5, 0, 0.2],
    std: [0.25, 1, 2],
  });
  expect(scaled.data).toEqual(Float32Array.of(2, 0, 0));
  expect((await decode(colours, { type: 'uint8', scale: 5 })).data).toEqual(
    Uint8Array.of(255, 10, 0, 20, 51, 30),
  );
  expect((await decode(colours, { type: 'float16' })).data[0]).toBe(0x5bf8);
});

test('grey images become colours and colours grey, transparency goes', async () => {
  const grey = png(2, 1, Uint8Array.of(0, 200));
  expect((await decode(grey)).data).toEqual(Float32Array.of(0, 200, 0, 200, 0, 200));
  expect(await decode(grey, { channels: 'grey' })).toMatchObject({
    dims: [1, 1, 2],
    data: Float32Array.of(0, 200),
  });
  const clear = png(2, 1, Uint8Array.of(1, 2, 3, 0, 4, 5, 6, 255));
  expect((await decode(clear)).data).toEqual(Float32Array.of(1, 4, 2, 5, 3, 6));
  const both = await decode(colours, { channels: 'grey' });
  expect(both.dims).toEqual([1, 1, 2]);
});

test('another aspect is cropped from the middle, stretched, or padded with black', async () => {
  const wide = png(4, 2, Uint8Array.of(0, 100, 100, 0, 0, 100, 100, 0));
  const square = { height: 2, width: 2, channels: 'grey' } as const;
  expect((await decode(wide, { ...square, fit: 'crop' })).data).toEqual(Float32Array.of(100, 100, 100, 100));
  const padded = await decode(wide, { ...square, height: 4, width: 4, fit: 'pad' });
  expect(padded.data.slice(0, 4)).toEqual(new Float32Array(4));
  expect((await decode(wide, { ...square, fit: 'stretch' })).dims).toEqual([1, 2, 2]);
});

test('what is broken, no image, or larger than allowed is named', async () => {
  const refused = { code: 'invalid-data', subject: 'x.png' };
  await expect(decode(Buffer.from('text'))).rejects.toMatchObject(refused);
  await expect(decode(colours.subarray(0, colours.length - 20))).rejects.toMatchObject(refused);
  await expect(decode(png(20, 20, new Uint8Array(400)))).rejects.toMatchObject({
    ...refused,
    message: expect.stringMatching(/pixel limit/),
  });
});
