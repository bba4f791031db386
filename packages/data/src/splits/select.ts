import { hashParts } from '../dataset/hashing.ts';
import { type RowDataset, rowDataset, rowsOf } from '../dataset/row-dataset.ts';
import type { Dataset } from '../dataset/types.ts';

/** Rows `from` up to, not including, `to` of a dataset, as one of its own. */
export function sliceRows(dataset: Dataset, from: number, to: number): RowDataset {
  const size = Math.max(0, Math.min(to, dataset.size) - from);
  return rowDataset({
    name: dataset.name,
    size,
    fingerprint: hashParts(['slice', dataset.fingerprint, `${from}:${from + size}`]),
    padding: dataset.padding,
    rows: (first, last, signal) => rowsOf(dataset, from + first, from + last, signal),
  });
}

/**
 * The rows of a dataset with the given ascending indices, as one of its own. Rows between them are passed over without
 * making tensors of them.
 */
export function pickRows(dataset: Dataset, indices: Uint32Array): RowDataset {
  return rowDataset({
    name: dataset.name,
    size: indices.length,
    fingerprint: hashParts(['pick', dataset.fingerprint, new Uint8Array(Uint32Array.from(indices).buffer)]),
    padding: dataset.padding,
    async *rows(first, last, signal) {
      if (last <= first) return;
      let next = first;
      let index = indices[first] ?? 0;
      for await (const row of rowsOf(dataset, index, (indices[last - 1] ?? 0) + 1, signal)) {
        if (index++ !== indices[next]) continue;
        yield row;
        next++;
      }
    },
  });
}

/** So many rows at even distances, or all where there are no more: data may be sorted, by class for one. */
export function spreadRows(dataset: Dataset, most: number): Dataset {
  const { size } = dataset;
  if (size <= most) return dataset;
  return pickRows(
    dataset,
    Uint32Array.from({ length: most }, (_, index) => Math.floor((index * size) / most)),
  );
}

/** Indices of the rows that pass a test, 4 bytes each. */
export class IndexList {
  private indices = new Uint32Array(1024);
  private length = 0;

  add(index: number): void {
    if (this.length === this.indices.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.indices);
      this.indices = larger;
    }
    this.indices[this.length++] = index;
  }

  toArray(): Uint32Array {
    return this.indices.slice(0, this.length);
  }
}
