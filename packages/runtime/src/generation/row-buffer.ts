import { ARRAY_OF, elementCount, type HostTensor, type TensorType } from '@sentei/data/tensors';

type Numbers = Exclude<HostTensor['data'], readonly string[]>;

/** Room that is made for more rows, as a share of those there are, and at least. */
const SPARE_SHARE = 0.25;
const SPARE_ROWS = 64;

/**
 * A tensor that grows at the end of one axis and shrinks at its start. Where the axes before it have one element, rows are
 * added and dropped in place, for a cost that does not depend on how many there are; otherwise all are copied.
 */
export class RowBuffer {
  readonly #type: TensorType;
  readonly #dims: readonly number[];
  readonly #axis: number;
  /** Elements of one row. */
  readonly #width: number;
  /** Tensors side by side. */
  readonly #outer: number;
  #data: Numbers;
  #first = 0;
  #end: number;

  constructor({ type, dims, data }: HostTensor, axis: number) {
    if (type === 'string') throw new TypeError('text has no rows');
    this.#type = type;
    this.#dims = dims;
    this.#axis = axis;
    this.#width = elementCount(dims.slice(axis + 1));
    this.#outer = elementCount(dims.slice(0, axis));
    this.#data = data as Numbers;
    this.#end = dims[axis] ?? 0;
  }

  /** How many rows there are. */
  get rows(): number {
    return this.#end - this.#first;
  }

  /** The rows as a tensor, which is not to be kept beyond the next change. */
  view(): HostTensor {
    const dims = this.#dims.map((extent, axis) => (axis === this.#axis ? this.rows : extent));
    const [from, to] = [this.#first, this.#end].map((row) => row * this.#width);
    const data = this.#outer === 1 ? this.#data.subarray(from, to) : this.#data;
    return { type: this.#type, dims, data } as HostTensor;
  }

  /**
   * Lets rows go at the start and puts others at the end.
   *
   * @throws RangeError when there are not so many rows, or the new ones are of another shape
   */
  change(dropped: number, { dims, data, type }: HostTensor): void {
    const fits = this.#dims.every((extent, axis) => axis === this.#axis || extent === dims[axis]);
    if (type !== this.#type || dims.length !== this.#dims.length || !fits)
      throw new RangeError(`rows of [${dims}] do not go behind those of [${this.#dims}]`);
    if (!(dropped >= 0 && dropped <= this.rows))
      throw new RangeError(`${dropped} of ${this.rows} rows cannot go`);
    const added = dims[this.#axis] ?? 0;
    if (this.#outer === 1) this.#changeInPlace(dropped, data as Numbers, added);
    else this.#copy(dropped, data as Numbers, added);
  }

  #changeInPlace(dropped: number, data: Numbers, added: number): void {
    this.#first += dropped;
    const room = this.#data.length / this.#width;
    if (this.#end + added > room || (this.#first > SPARE_ROWS && this.#first > this.rows)) {
      const spare = Math.max(SPARE_ROWS, Math.ceil(SPARE_SHARE * this.rows));
      const larger = this.#allocate((this.rows + added + spare) * this.#width);
      put(larger, this.#data.subarray(this.#first * this.#width, this.#end * this.#width), 0);
      [this.#data, this.#end, this.#first] = [larger, this.rows, 0];
    }
    put(this.#data, data, this.#end * this.#width);
    this.#end += added;
  }

  #copy(dropped: number, data: Numbers, added: number): void {
    const [before, kept] = [this.rows, this.rows - dropped];
    const all = this.#allocate(this.#outer * (kept + added) * this.#width);
    for (let outer = 0; outer < this.#outer; outer += 1) {
      const from = outer * before + dropped;
      const at = outer * (kept + added);
      put(all, this.#data.subarray(from * this.#width, (from + kept) * this.#width), at * this.#width);
      const rows = data.subarray(outer * added * this.#width, (outer + 1) * added * this.#width);
      put(all, rows, (at + kept) * this.#width);
    }
    [this.#data, this.#first, this.#end] = [all, 0, kept + added];
  }

  #allocate(length: number): Numbers {
    return new (ARRAY_OF[this.#type] as typeof Float32Array)(length);
  }
}

/** The arrays have one type, which the overloads cannot see in a union. */
function put(target: Numbers, source: Numbers, at: number): void {
  (target as Float32Array).set(source as Float32Array, at);
}
