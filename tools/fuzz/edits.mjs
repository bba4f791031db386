/**
 * Mutations that know the structure of a protobuf file. The fuzzer mutates a recipe, a few bytes; the recipe picks a seed
 * file, fields in it, and what to do to each. So coverage guides where the file is bent, and lengths around a change
 * stay right unless the edit is to make them wrong.
 */
import { concat, encodeField, parseFields, varint } from './wire.mjs';

const MOST_EDITS = 12;
const LARGEST = 256 * 1024;

const NUMBERS = [
  0n,
  1n,
  2n,
  7n,
  16n,
  127n,
  255n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n,
  2n ** 62n,
  2n ** 63n,
  -1n,
  -2n,
];
const encoder = new TextEncoder();
const TEXTS = [
  ...[
    '',
    '..',
    '../weights.bin',
    '/etc/hostname',
    'weights.bin',
    'x',
    '__proto__',
    'constructor',
    'toString',
  ],
  ...[
    'If',
    'Loop',
    'Scan',
    'Constant',
    'Reshape',
    'Einsum',
    'Identity',
    'ai.onnx',
    '9007199254740993',
    '-1',
    '1e9',
  ],
  ...['\0', '%', '"\n', 'sequence + 1', 'batch*heads'],
].map((text) => encoder.encode(text));
const LIST = [...TEXTS, Uint8Array.of(0xff, 0xfe), Uint8Array.of(0xc3), new Uint8Array(64).fill(0x80)];

/** Reads numbers from the recipe; zeros once it is used up. */
class Recipe {
  #at = 0;

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
  }

  get left() {
    return this.bytes.length - this.#at;
  }

  /** A number below `limit`. @param {number} limit */
  pick(limit) {
    const value = this.bytes[this.#at++] ?? 0;
    const wide = limit > 256 ? value * 256 + (this.bytes[this.#at++] ?? 0) : value;
    return limit === 0 ? 0 : wide % limit;
  }

  /** @template T @param {readonly T[]} list @returns {T | undefined} */
  of(list) {
    return list[this.pick(list.length)];
  }
}

/** @typedef {import('./wire.mjs').Field} Field */
/** @typedef {{ fields: Field[], index: number, recipe: Recipe, pool: readonly Field[] }} Place */

/** Each gives the bytes that stand in place of the field. @type {((field: Field, place: Place) => Uint8Array)[]} */
const EDITS = [
  () => new Uint8Array(),
  (field) => concat([encodeField(field), encodeField(field)]),
  (field, { recipe }) => concat(new Array(2 ** recipe.pick(9)).fill(encodeField(field))),
  (field, { recipe, fields }) => encodeField(recipe.of(fields) ?? field),
  (field, { recipe, pool }) => encodeField(recipe.of(pool) ?? field),
  (field, { recipe, pool }) => encodeField({ ...field, payload: recipe.of(pool)?.payload ?? field.payload }),
  (field, { recipe }) => encodeField({ ...field, wireType: 0, value: recipe.of(NUMBERS) ?? 0n }),
  (field, { recipe }) => encodeField({ ...field, value: field.value + BigInt(recipe.pick(256)) - 128n }),
  (field, { recipe }) => encodeField({ ...field, wireType: recipe.pick(8) }),
  (field, { recipe }) => encodeField({ ...field, number: 1 + recipe.pick(32) }),
  (field, { recipe }) => encodeField({ ...field, wireType: 2, payload: recipe.of(LIST) ?? field.payload }),
  (field, { recipe }) => encodeField({ ...field, payload: field.payload.subarray(recipe.pick(16)) }),
  (field, { recipe }) => {
    const length =
      recipe.pick(2) === 0 ? BigInt(field.payload.length + recipe.pick(16) - 8) : recipe.of(NUMBERS);
    return concat([varint(field.number * 8 + 2), varint(length ?? 0n), field.payload]);
  },
  (field, { recipe }) => {
    let nested = encodeField(field);
    const depth = 2 ** recipe.pick(11);
    for (let level = 0; level < depth && nested.length < LARGEST / 2; level++)
      nested = encodeField({ ...field, wireType: 2, payload: nested });
    return nested;
  },
  (field) => encodeField({ ...field, payload: field.payload.toReversed() }),
];

/**
 * The file that a recipe describes.
 *
 * @param {Uint8Array} bytes the recipe
 * @param {readonly Uint8Array[]} seeds
 * @returns {Uint8Array}
 */
export function applyEdits(bytes, seeds) {
  const recipe = new Recipe(bytes);
  let file = recipe.of(seeds) ?? new Uint8Array();
  const other = recipe.of(seeds) ?? file;
  const pool = [...leaves(file, 0), ...leaves(other, 0)].slice(0, 400);
  for (let edit = 0; edit < MOST_EDITS && recipe.left > 0; edit++) {
    const next = editMessage(file, recipe, pool, recipe.pick(8));
    if (next.length > LARGEST) break;
    file = next;
  }
  return file;
}

/** Fields at every depth, as material. @param {Uint8Array} bytes @param {number} depth @returns {Field[]} */
function leaves(bytes, depth) {
  const fields = depth > 6 || bytes.length > 16_384 ? [] : (parseFields(bytes) ?? []);
  return fields.flatMap((field) => [
    field,
    ...(field.wireType === 2 ? leaves(field.payload, depth + 1) : []),
  ]);
}

/** @param {Uint8Array} bytes @param {Recipe} recipe @param {readonly Field[]} pool @param {number} depth @returns {Uint8Array} */
function editMessage(bytes, recipe, pool, depth) {
  const fields = parseFields(bytes);
  if (fields === undefined || fields.length === 0) return bytes;
  const index = recipe.pick(fields.length);
  const field = fields[index];
  if (field === undefined) return bytes;
  const isMessage =
    field.wireType === 2 && field.payload.length > 0 && parseFields(field.payload) !== undefined;
  const changed =
    isMessage && depth > 0
      ? encodeField({ ...field, payload: editMessage(field.payload, recipe, pool, depth - 1) })
      : (recipe.of(EDITS)?.(field, { fields, index, recipe, pool }) ?? encodeField(field));
  return concat(fields.map((one, at) => (at === index ? changed : encodeField(one))));
}
