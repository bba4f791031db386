import { elementCount, type HostTensor } from '@sentei/data';
import { numbersOf } from './numbers.ts';
import type { Plan, PlannedTap } from './plan.ts';
import { TapError } from './tap-fault.ts';
import type { RowBlock, RowOrigins } from './types.ts';

/** What stands behind each entry of a batch's first axis. */
export interface BatchItems {
  /** Number of its example in the data. */
  readonly examples: readonly number[];
  /** Which of the example's sets of inputs it is. */
  readonly parts: readonly number[];
}

/** The rows of one tap in one batch. */
export interface TapRows {
  readonly own: RowBlock;
  readonly others: readonly RowBlock[];
  readonly origins: RowOrigins;
  readonly skipped: number;
}

/** Reads the values of one batch as rows of features, each value once. */
export class BatchRows {
  readonly #tensors: Readonly<Record<string, HostTensor>>;
  readonly #items: BatchItems;
  readonly #nonFinite: Plan['nonFinite'];
  readonly #matrices = new Map<string, RowBlock>();

  constructor(
    tensors: Readonly<Record<string, HostTensor>>,
    items: BatchItems,
    nonFinite: Plan['nonFinite'],
  ) {
    this.#tensors = tensors;
    this.#items = items;
    this.#nonFinite = nonFinite;
  }

  /** @throws TapError */
  select(tap: PlannedTap): TapRows {
    const own = this.#matrix(tap.value, tap.axis);
    const others = tap.cross.map((name) => this.#matrix(name, tap.axis));
    for (const [index, { rows }] of others.entries()) {
      if (rows === own.rows) continue;
      throw fault(tap.value, `has ${own.rows} rows where '${tap.cross[index]}' has ${rows}`);
    }
    const wanted = tap.mask === undefined ? undefined : this.#mask(tap.mask, own.rows, tap.value);
    const { kept, skipped } = this.#finite(tap, [own, ...others], wanted);
    const rows = kept ?? Int32Array.from({ length: own.rows }, (_, row) => row);
    const pick = (block: RowBlock) => (kept === undefined ? block : pickRows(block, kept));
    return { own: pick(own), others: others.map(pick), origins: this.#origins(tap, rows), skipped };
  }

  #tensor(name: string): HostTensor {
    const tensor = this.#tensors[name];
    if (tensor === undefined) throw fault(name, 'was not computed');
    return tensor;
  }

  #numbers(name: string): Float64Array {
    const numbers = numbersOf(this.#tensor(name));
    if (numbers !== undefined) return numbers;
    throw new TapError({ code: 'unsupported-model', value: name, message: 'holds texts, not numbers' });
  }

  #matrix(name: string, axis: number): RowBlock {
    const key = `${axis} ${name}`;
    let matrix = this.#matrices.get(key);
    if (matrix === undefined) {
      matrix = toMatrix(name, this.#numbers(name), this.#tensor(name).dims, axis);
      this.#matrices.set(key, matrix);
    }
    return matrix;
  }

  #mask(name: string, rows: number, value: string): Int32Array {
    const mask = this.#numbers(name);
    if (mask.length !== rows) throw fault(value, `has ${rows} rows where mask '${name}' has ${mask.length}`);
    return indicesWhere(rows, (row) => mask[row] !== 0);
  }

  /** Rows that are kept, `undefined` when all are. */
  #finite(
    tap: PlannedTap,
    blocks: readonly RowBlock[],
    wanted: Int32Array | undefined,
  ): { readonly kept: Int32Array | undefined; readonly skipped: number } {
    if (blocks.every(({ elements }) => areFinite(elements, 0, elements.length)))
      return { kept: wanted, skipped: 0 };
    const rows = blocks[0]?.rows ?? 0;
    const candidates = wanted ?? Int32Array.from({ length: rows }, (_, row) => row);
    const faultyBlock = (row: number) =>
      blocks.findIndex(
        ({ elements, features }) => !areFinite(elements, row * features, (row + 1) * features),
      );
    const kept = candidates.filter((row) => faultyBlock(row) < 0);
    const skipped = candidates.length - kept.length;
    if (skipped > 0 && this.#nonFinite === 'refuse') {
      const row = candidates.find((each) => faultyBlock(each) >= 0) ?? 0;
      const block = faultyBlock(row);
      const { elements, features } = blocks[block] ?? { elements: new Float64Array(), features: 0 };
      const number = elements
        .subarray(row * features, (row + 1) * features)
        .find((each) => !Number.isFinite(each));
      const name = [tap.value, ...tap.cross][block] ?? tap.value;
      throw fault(name, `holds ${number}`, this.#itemOf(tap, rows, row));
    }
    return { kept, skipped };
  }

  /** Rows of a value without an axis for the batch belong to its first item. */
  #rowsPerItem(name: string, axis: number, rows: number): number {
    const { dims } = this.#tensor(name);
    const items = this.#items.examples.length;
    const isPerItem = dims.length > 0 && dims[0] === items && (axis + dims.length) % dims.length !== 0;
    return isPerItem ? rows / items : rows;
  }

  #itemOf({ value, axis }: PlannedTap, rows: number, row: number): number | undefined {
    const each = this.#rowsPerItem(value, axis, rows);
    return each === rows && this.#items.examples.length > 1 ? undefined : Math.floor(row / each);
  }

  #origins({ value, axis, reservoir }: PlannedTap, rows: Int32Array): RowOrigins {
    if (reservoir === undefined) return NO_ORIGINS;
    const { examples, parts } = this.#items;
    const each = this.#rowsPerItem(value, axis, this.#matrix(value, axis).rows);
    const item = (row: number) => Math.floor(row / each);
    return {
      examples: Float64Array.from(rows, (row) => examples[item(row)] ?? 0),
      parts: Float64Array.from(rows, (row) => parts[item(row)] ?? 0),
      positions: Float64Array.from(rows, (row) => row % each),
    };
  }
}

const NO_ORIGINS: RowOrigins = {
  examples: new Float64Array(),
  parts: new Float64Array(),
  positions: new Float64Array(),
};

function fault(value: string, message: string, item?: number): TapError {
  return new TapError({ code: 'invalid-data', value, message, item });
}

/** Brings the axis of the features last; a scalar is one row of one feature. */
function toMatrix(name: string, numbers: Float64Array, dims: readonly number[], axis: number): RowBlock {
  if (dims.length === 0) return { rows: 1, features: 1, elements: numbers };
  const place = axis < 0 ? axis + dims.length : axis;
  const features = dims[place];
  if (features === undefined) throw fault(name, `has shape [${dims}] and no axis ${axis}`);
  const rows = features === 0 ? 0 : numbers.length / features;
  const inner = elementCount(dims.slice(place + 1));
  if (inner === 1) return { rows, features, elements: numbers };
  const elements = new Float64Array(numbers.length);
  for (let row = 0; row < rows; row += 1) {
    const start = Math.floor(row / inner) * features * inner + (row % inner);
    for (let feature = 0; feature < features; feature += 1)
      elements[row * features + feature] = numbers[start + feature * inner] as number;
  }
  return { rows, features, elements };
}

function pickRows({ features, elements }: RowBlock, kept: Int32Array): RowBlock {
  const picked = new Float64Array(kept.length * features);
  for (const [index, row] of kept.entries())
    picked.set(elements.subarray(row * features, (row + 1) * features), index * features);
  return { rows: kept.length, features, elements: picked };
}

function indicesWhere(count: number, holds: (index: number) => boolean): Int32Array {
  const indices = new Int32Array(count);
  let found = 0;
  for (let index = 0; index < count; index += 1) if (holds(index)) indices[found++] = index;
  return indices.slice(0, found);
}

/** A number that is not finite, times zero, is NaN, and stays it in a sum. */
function areFinite(elements: Float64Array, from: number, to: number): boolean {
  let zero = 0;
  for (let index = from; index < to; index += 1) zero += (elements[index] as number) * 0;
  return zero === 0;
}
