import { invalidData } from '../invalid-data.ts';
import { imagesDataset } from '../sources/images.ts';
import { type OpenPlace, refuseKeys, type SourceContext, type SourceOf } from './context.ts';
import { checkAllFed, resolveInput } from './model-input.ts';

const TYPES = ['float32', 'float16', 'uint8'] as const;

/**
 * Images; their classes have to be the same in every folder, since a class is told by its number.
 *
 * @throws SenteiError `invalid-data`
 */
export function prepareImages(context: SourceContext, source: SourceOf<'images'>): OpenPlace {
  const { card, subject, signal } = context;
  const { kind: _, path: __, ...decoding } = source;
  const { name, type } = resolveInput(context, 'image', TYPES, 4);
  refuseKeys(context, ['image']);
  checkAllFed(context, [name]);
  const depth = decoding.channels === 'rgb' ? 3 : 1;
  for (const [key, values] of Object.entries({ mean: decoding.mean, std: decoding.std })) {
    if (values === undefined || values.length === 1 || values.length === depth) continue;
    throw invalidData(subject, `source.${key}: ${values.length} values for ${depth} channels`);
  }
  if (card.label && (card.label.field !== undefined || card.label.type !== 'class')) {
    throw invalidData(
      subject,
      'label: images have the class of their subfolder',
      'write "label": {"type": "class"}',
    );
  }
  let first: readonly string[] | undefined;
  return async (path) => {
    const classes = card.label?.classes;
    const dataset = await imagesDataset({ ...decoding, path, input: name, type, classes, signal });
    if (card.label && dataset.classes.length === 0)
      throw invalidData(path, 'has no subfolders, so images have no class');
    first ??= dataset.classes;
    if (first.join('/') !== dataset.classes.join('/')) {
      throw invalidData(
        path,
        `has other subfolders than the first folder: ${dataset.classes.join(', ')}, not ${first.join(', ')}`,
        "list label.classes in the card, in the order of the model's outputs",
      );
    }
    return dataset;
  };
}
