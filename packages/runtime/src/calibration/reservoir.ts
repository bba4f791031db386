import type { RowSample } from '@sentei/ir';
import type { ByteReader, ByteWriter } from './bytes.ts';
import type { RowBlock, RowOrigins } from './types.ts';

interface Candidate {
  readonly hash: number;
  readonly example: number;
  readonly part: number;
  readonly position: number;
  readonly elements: Float64Array;
}

/**
 * The rows with the smallest hashes of seed and place (bottom-k sampling). Which rows these are depends neither on order nor
 * on division, and not on the value: equal seeds draw equal places.
 */
export class Reservoir {
  readonly #capacity: number;
  readonly #seed: number;
  readonly #features: number;
  /** A heap with the largest hash at its root, which is the next to go. */
  #heap: Candidate[] = [];

  constructor(capacity: number, seed: number, features: number) {
    this.#capacity = capacity;
    this.#seed = seed;
    this.#features = features;
  }

  add({ rows, elements }: RowBlock, { examples, parts, positions }: RowOrigins): void {
    for (let row = 0; row < rows; row += 1) {
      const example = examples[row] as number;
      const part = parts[row] as number;
      const position = positions[row] as number;
      const hash = hashOfPlace(this.#seed, example, part, position);
      const largest = this.#heap[0];
      if (this.#heap.length === this.#capacity && largest && hash > largest.hash) continue;
      const from = row * this.#features;
      this.#offer({
        hash,
        example,
        part,
        position,
        elements: elements.slice(from, from + this.#features),
      });
    }
  }

  merge(other: Reservoir): void {
    for (const candidate of other.#heap) this.#offer(candidate);
  }

  result(): RowSample {
    const rows = [...this.#heap].sort(byPlace);
    const elements = new Float64Array(rows.length * this.#features);
    for (const [index, row] of rows.entries()) elements.set(row.elements, index * this.#features);
    return {
      rows: rows.length,
      features: this.#features,
      examples: Float64Array.from(rows, ({ example }) => example),
      parts: Float64Array.from(rows, ({ part }) => part),
      positions: Float64Array.from(rows, ({ position }) => position),
      elements,
    };
  }

  write(writer: ByteWriter): void {
    const { rows, examples, parts, positions, elements } = this.result();
    writer.number(rows);
    for (const column of [examples, parts, positions, elements]) writer.numbers(column);
  }

  /** @throws SenteiError `invalid-data` */
  static read(reader: ByteReader, capacity: number, seed: number, features: number): Reservoir {
    const rows = reader.whole(capacity);
    const examples = reader.counts(rows);
    const parts = reader.counts(rows);
    const positions = reader.counts(rows);
    const elements = reader.numbers(rows * features);
    const reservoir = new Reservoir(capacity, seed, features);
    reservoir.add({ rows, features, elements }, { examples, parts, positions });
    return reservoir;
  }

  #offer(candidate: Candidate): void {
    const heap = this.#heap;
    if (heap.length < this.#capacity) {
      heap.push(candidate);
      for (let at = heap.length - 1; at > 0; ) {
        const parent = (at - 1) >> 1;
        if (!this.#swapIfLess(parent, at)) break;
        at = parent;
      }
    } else if (heap[0] && byHash(candidate, heap[0]) < 0) {
      heap[0] = candidate;
      this.#sink();
    }
  }

  #sink(): void {
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const [a, b] = [this.#heap[left], this.#heap[right]];
      if (!a) return;
      const child = b && byHash(b, a) > 0 ? right : left;
      if (!this.#swapIfLess(at, child)) return;
      at = child;
    }
  }

  /** Swaps when the upper one is less than the lower one. */
  #swapIfLess(upper: number, lower: number): boolean {
    const [a, b] = [this.#heap[upper], this.#heap[lower]];
    if (!a || !b || byHash(a, b) >= 0) return false;
    this.#heap[upper] = b;
    this.#heap[lower] = a;
    return true;
  }
}

function byPlace(a: Candidate, b: Candidate): number {
  return a.example - b.example || a.part - b.part || a.position - b.position;
}

function byHash(a: Candidate, b: Candidate): number {
  return a.hash - b.hash || byPlace(a, b);
}

/** 52 bits of two rounds of MurmurHash3's mixing (Austin Appleby, public domain) over seed and place. */
function hashOfPlace(seed: number, example: number, part: number, position: number): number {
  const words = [
    example % 2 ** 32,
    Math.floor(example / 2 ** 32),
    part,
    position % 2 ** 32,
    position / 2 ** 32,
  ];
  let low = mix(seed ^ 0x9e3779b9);
  let high = mix(seed ^ 0x85ebca6b);
  for (const word of words) {
    low = mix((Math.imul(low, 5) + 0xe6546b64) ^ word);
    high = mix((Math.imul(high, 9) + 0x1b873593) ^ word);
  }
  return (high >>> 6) * 2 ** 26 + (low >>> 6);
}

function mix(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
