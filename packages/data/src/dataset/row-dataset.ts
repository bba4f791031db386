import type { Dataset, Example, Padding, Row } from './types.ts';

/** A dataset whose rows can be looked at before they are made into tensors. */
export interface RowDataset extends Dataset {
  rows(from?: number, to?: number, signal?: AbortSignal): AsyncIterable<Row>;
}

/** What differs between datasets; bounds are checked and whole when `rows` is called. */
export interface RowDatasetFields {
  readonly name: string;
  readonly size: number;
  readonly fingerprint: string;
  readonly padding?: Padding | undefined;
  rows(from: number, to: number, signal: AbortSignal | undefined): AsyncIterable<Row>;
}

/** A dataset that reads its examples out of its rows. */
export function rowDataset({ name, size, fingerprint, padding, rows }: RowDatasetFields): RowDataset {
  const bounded = (from = 0, to = size, signal?: AbortSignal): AsyncIterable<Row> => {
    const start = Math.min(Math.max(0, from), size);
    return rows(start, Math.min(Math.max(start, to), size), signal);
  };
  return {
    name,
    size,
    fingerprint,
    ...(padding && { padding }),
    rows: bounded,
    async *read(from, to, signal) {
      for await (const row of bounded(from, to, signal)) {
        signal?.throwIfAborted();
        yield await row.example();
      }
    },
  };
}

/** Rows of any dataset; where it only knows examples, those are read. */
export function rowsOf(
  dataset: Dataset,
  from?: number,
  to?: number,
  signal?: AbortSignal,
): AsyncIterable<Row> {
  return dataset.rows?.(from, to, signal) ?? readRows(dataset, from, to, signal);
}

async function* readRows(
  dataset: Dataset,
  from?: number,
  to?: number,
  signal?: AbortSignal,
): AsyncIterable<Row> {
  for await (const example of dataset.read(from, to, signal)) yield asRow(example);
}

/** A row whose example is there already. */
export function asRow(example: Example): Row {
  return { source: example.source, hash: example.hash, example: async () => example };
}
