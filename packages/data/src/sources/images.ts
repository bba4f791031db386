import { basename, join } from 'node:path';
import { fingerprintOf, hashParts } from '../dataset/hashing.ts';
import { type RowDataset, rowDataset } from '../dataset/row-dataset.ts';
import type { Change } from '../dataset/types.ts';
import { invalidData } from '../invalid-data.ts';
import { fieldTensor } from './field-input.ts';
import { listImages, readImage } from './image-files.ts';
import { type ImageOptions, imageDecoder } from './image-tensor.ts';

/** A folder of images and how they become inputs. */
export interface ImagesOptions extends ImageOptions {
  readonly path: string;
  /** Name of the model's input. */
  readonly input: string;
  /** Names of subfolders in the order of the model's outputs; sorted by default. */
  readonly classes?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A dataset of images that knows its classes. */
export interface ImagesDataset extends RowDataset {
  readonly classes: readonly string[];
}

/**
 * The images of a folder, in order of their names, decoded one at a time as they are asked for. Where it has
 * subfolders, the label is the number of the image's class. Inputs have shape [channels, height, width] or [height,
 * width, channels].
 *
 * @throws SenteiError `invalid-data` when the folder has no images, other files, or a subfolder that is none of the
 *   classes
 */
export async function imagesDataset(options: ImagesOptions): Promise<ImagesDataset> {
  const { path, input, signal, ...decoding } = options;
  const { files, classes: folders } = await listImages(path, signal);
  const classes = options.classes ?? folders;
  const foreign = folders.find((folder) => !classes.includes(folder));
  if (foreign !== undefined) {
    throw invalidData(
      join(path, foreign),
      "is none of the card's classes",
      `classes: ${classes.slice(0, 8).join(', ')}`,
    );
  }
  const decoder = await imageDecoder(options);
  const name = basename(path);
  const contents = hashParts(files.flatMap(({ name: file, hash }) => [file, hash]));
  const field = { name: input, type: options.type };
  const dataset = rowDataset({
    name,
    size: files.length,
    fingerprint: fingerprintOf('images', [contents, decoder.version], { ...decoding, input, classes }),
    async *rows(from, to, abort) {
      for (const { name: file, hash, className } of files.slice(from, to)) {
        abort?.throwIfAborted();
        const source = `${name}/${file}`;
        yield {
          source,
          hash,
          async example(change?: Change) {
            const tensor = await decoder.decode(await readImage(join(path, file), hash), source);
            const inputs = [{ [input]: fieldTensor(tensor, field, 'image', source, change) }];
            return {
              source,
              hash,
              inputs,
              ...(className !== undefined && { label: classes.indexOf(className) }),
            };
          },
        };
      }
    },
  });
  return { ...dataset, classes };
}
