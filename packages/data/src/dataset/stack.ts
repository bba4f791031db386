import { invalidData } from '../invalid-data.ts';
import { filledTensor, insertBlock } from '../tensors/copy-block.ts';
import type { Feeds, HostTensor } from '../tensors/host-tensor.ts';
import type { Padding } from './types.ts';

/** Feeds of one row and where they come from. */
export interface StackedRow {
  readonly source: string;
  readonly feeds: Feeds;
}

/**
 * Feeds of several rows as one, along a new axis 0.
 *
 * @throws SenteiError `invalid-data` when rows have other inputs or types than the first, or other shapes and
 *   `padding` does not say how to make them equal
 */
export function stackFeeds(rows: readonly StackedRow[], padding: Padding | undefined): Feeds {
  const [first] = rows;
  if (!first) return {};
  const names = Object.keys(first.feeds);
  for (const { source, feeds } of rows) {
    const missing = names.find((name) => !Object.hasOwn(feeds, name));
    const extra = Object.keys(feeds).find((name) => !Object.hasOwn(first.feeds, name));
    if (missing !== undefined) throw invalidData(source, `misses input '${missing}'`);
    if (extra !== undefined) throw invalidData(source, `has input '${extra}', ${first.source} does not`);
  }
  return Object.fromEntries(names.map((name) => [name, stackInput(name, rows, padding)]));
}

function stackInput(name: string, rows: readonly StackedRow[], padding: Padding | undefined): HostTensor {
  const tensors = rows.flatMap(({ feeds }) => feeds[name] ?? []);
  const [head] = tensors;
  const [firstRow] = rows;
  if (!head || !firstRow) throw new Error('nothing to stack');
  for (const [index, tensor] of tensors.entries()) {
    const source = rows[index]?.source ?? '';
    if (tensor.type !== head.type) {
      throw invalidData(source, `input '${name}' is ${tensor.type}, in ${firstRow.source} ${head.type}`);
    }
    if (tensor.dims.length !== head.dims.length) {
      throw ragged(name, firstRow.source, head.dims, source, tensor.dims, 'ranks cannot be padded');
    }
  }
  const dims = head.dims.map((_, axis) =>
    tensors.reduce((most, { dims: each }) => Math.max(most, each[axis] ?? 0), 0),
  );
  const value = padding?.values[name];
  const odd = tensors.findIndex((tensor) => tensor.dims.some((size, axis) => size !== head.dims[axis]));
  if (odd >= 0 && value === undefined) {
    throw ragged(
      name,
      firstRow.source,
      head.dims,
      rows[odd]?.source ?? '',
      tensors[odd]?.dims ?? [],
      `say in the card how to pad '${name}', or run batches of 1`,
    );
  }
  const stacked = filledTensor(head.type, [tensors.length, ...dims], value ?? 0);
  for (const [row, tensor] of tensors.entries()) {
    insertBlock(stacked, row, dims, tensor, padding?.side ?? 'right');
  }
  return stacked;
}

function ragged(
  name: string,
  firstSource: string,
  firstDims: readonly number[],
  source: string,
  dims: readonly number[],
  hint: string,
): Error {
  return invalidData(
    source,
    `ragged batch: input '${name}' has shape [${dims}], in ${firstSource} it has [${firstDims}]`,
    hint,
  );
}
