import { parseOptions, type Random, seededRandom } from '@sentei/ir';
import { z } from 'zod';
import { hashParts } from '../dataset/hashing.ts';
import type { RowDataset } from '../dataset/row-dataset.ts';
import type { Dataset } from '../dataset/types.ts';
import { shifted } from './shifted.ts';

const schema = z.strictObject({
  rate: z.number().gt(0).max(1).default(0.1),
  seed: z.int().default(0),
  unit: z.enum(['character', 'token']).default('character'),
});

/** How much noise, and of what. */
export interface NoiseOptions {
  /**
   * Chance of every character, byte or token to be replaced, or the standard deviation of what is added to
   * floating-point inputs, in units of the input's own; 0.1 by default.
   */
  readonly rate?: number | undefined;
  readonly seed?: number | undefined;
  /**
   * What is replaced in text: characters, by others of the same text (the default), or tokens, by any of the
   * vocabulary. Windows of tokens have no characters any more.
   */
  readonly unit?: 'character' | 'token' | undefined;
}

/**
 * The dataset with noise: characters of text and bytes are replaced by others of the same row, tokens by others of the
 * vocabulary, and floating-point inputs get normal noise. Which ones is told by the row's hash and the seed alone.
 *
 * @throws SenteiError `invalid-option`; from reading, `invalid-data` when a row has neither text nor floating-point
 *   inputs
 */
export function noise(dataset: Dataset, options: NoiseOptions = {}): RowDataset {
  const { rate, seed, unit } = parseOptions(schema, options);
  return shifted(dataset, `noise ${rate} ${unit} seed ${seed}`, ({ hash }) => {
    const random = seededRandom(Number.parseInt(hashParts([`${seed}`, hash]).slice(0, 8), 16));
    const bytes = (row: Uint8Array): Uint8Array =>
      row.map((byte) => (random.uniform() < rate ? (row[random.below(row.length)] ?? byte) : byte));
    const floats = (elements: Float32Array | Float64Array) => addNormal(elements, rate, random);
    let hasText = false;
    return {
      text(text) {
        hasText = true;
        return unit === 'character' ? replaceCharacters(text, rate, random) : text;
      },
      tokens: (tokens, vocabulary) =>
        hasText && unit === 'character'
          ? tokens
          : tokens.map((token) =>
              random.uniform() < rate ? (vocabulary[random.below(vocabulary.length)] ?? token) : token,
            ),
      bytes,
      floats,
    };
  });
}

/** Characters, not code units: half of a character is none. White space stays, and with it the number of words. */
function replaceCharacters(text: string, rate: number, random: Random): string {
  const characters = [...text];
  const others = characters.filter((character) => character.trim() !== '');
  return characters
    .map((character) =>
      character.trim() !== '' && random.uniform() < rate
        ? (others[random.below(others.length)] ?? character)
        : character,
    )
    .join('');
}

function addNormal(
  elements: Float32Array | Float64Array,
  rate: number,
  random: Random,
): Float32Array | Float64Array {
  let sum = 0;
  for (const element of elements) sum += element;
  const mean = sum / elements.length;
  let squares = 0;
  for (const element of elements) squares += (element - mean) ** 2;
  const deviation = rate * Math.sqrt(squares / elements.length);
  return elements.map((element) => element + deviation * random.normal());
}
