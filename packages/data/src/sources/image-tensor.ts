import { invalidData } from '../invalid-data.ts';
import { tensorFromNumbers } from '../tensors/from-numbers.ts';
import type { HostTensor } from '../tensors/host-tensor.ts';

/** How an image becomes an input. */
export interface ImageOptions {
  readonly height: number;
  readonly width: number;
  /** What is done where the image has another aspect: `crop` from its middle, `stretch`, or `pad` with black. */
  readonly fit: 'crop' | 'stretch' | 'pad';
  readonly channels: 'rgb' | 'grey';
  readonly layout: 'NCHW' | 'NHWC';
  /** Factor of the pixels, which are 0 to 255. */
  readonly scale: number;
  /** Taken off each channel after scaling, and what it is divided by then; one value, or one for each channel. */
  readonly mean?: readonly number[] | undefined;
  readonly std?: readonly number[] | undefined;
  /** An image of more pixels is refused before it is decoded. */
  readonly maxPixels: number;
  /** Element type; `uint8` takes the pixels as they are. */
  readonly type: 'float32' | 'float16' | 'uint8';
}

/** Makes a tensor of an image file's bytes. */
export interface ImageDecoder {
  /** Of the decoding library: other versions may resize to other pixels. */
  readonly version: string;
  /** @throws SenteiError `invalid-data` naming the source when it is broken, unknown or too large */
  decode(bytes: Uint8Array, source: string): Promise<HostTensor>;
}

const FIT = { crop: 'cover', stretch: 'fill', pad: 'contain' } as const;

/** @throws SenteiError `invalid-data` when the image library, which is an optional dependency, is not there */
export async function imageDecoder(options: ImageOptions): Promise<ImageDecoder> {
  const sharp = await loadSharp();
  const { height, width, channels, maxPixels } = options;
  const depth = channels === 'rgb' ? 3 : 1;
  return {
    version: `sharp ${sharp.versions.sharp}, vips ${sharp.versions.vips}`,
    async decode(bytes, source) {
      const { data, info } = await sharp(bytes, { limitInputPixels: maxPixels, failOn: 'warning' })
        .rotate()
        .removeAlpha()
        .resize(width, height, { fit: FIT[options.fit], background: '#000' })
        .toColourspace(channels === 'rgb' ? 'srgb' : 'b-w')
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true })
        .catch((cause) => {
          throw invalidData(
            source,
            `is no image that can be read (${cause.message})`,
            'replace or remove it',
            cause,
          );
        });
      if (info.channels !== depth || data.length !== height * width * depth) {
        throw invalidData(source, `has ${info.channels} channels, ${channels} has ${depth}`);
      }
      return pixelTensor(data, depth, options);
    },
  };
}

/** Pixels of interleaved channels in the layout, scale and type of the input. */
export function pixelTensor(pixels: Uint8Array, depth: number, options: ImageOptions): HostTensor {
  const { height, width, layout, scale, mean = [0], std = [1], type } = options;
  const dims = layout === 'NCHW' ? [depth, height, width] : [height, width, depth];
  const area = height * width;
  const values = new Float32Array(pixels.length);
  for (let channel = 0; channel < depth; channel++) {
    const shift = mean[channel] ?? mean[0] ?? 0;
    const spread = std[channel] ?? std[0] ?? 1;
    for (let at = 0; at < area; at++) {
      const from = at * depth + channel;
      const pixel = pixels[from] ?? 0;
      const value = type === 'uint8' ? pixel : (pixel * scale - shift) / spread;
      values[layout === 'NCHW' ? channel * area + at : from] = value;
    }
  }
  return tensorFromNumbers(type, dims, values);
}

async function loadSharp(): Promise<typeof import('sharp')['default']> {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    throw invalidData(
      'images',
      'cannot be decoded: the package sharp is not there',
      'npm install sharp',
      cause,
    );
  }
}
