import { invalidData } from '../invalid-data.ts';
import { extractBlock } from '../tensors/copy-block.ts';
import type { Feeds, HostTensor } from '../tensors/host-tensor.ts';
import type { Batch, Padding } from './types.ts';

/** Dimensions of a model's inputs and outputs by name, batch axis included; a symbol is a string. */
export interface DimensionNames {
  readonly inputs: readonly NamedDimensions[];
  readonly outputs: readonly NamedDimensions[];
}

/** One of a model's inputs or outputs. */
export interface NamedDimensions {
  readonly name: string;
  readonly dims: readonly (number | string | null)[] | null;
}

/** How outputs become those of single rows. */
export interface UnbatchOptions {
  /**
   * With the model's signature an axis of an output that has the symbol of a padded axis of an input is cut to the
   * row's own size. Without, or where the symbols do not say, outputs keep the padded size.
   */
  readonly signature?: DimensionNames | undefined;
  /** Instead of the dataset's own. */
  readonly side?: Padding['side'] | undefined;
}

/** A model's outputs by name. */
export type Outputs = Readonly<Record<string, HostTensor>>;

/**
 * A batch's outputs, one per row and without batch axis, in the order of `batch.rows`.
 *
 * @throws SenteiError `invalid-data` when an output's axis 0 is not the batch's
 */
export function unbatch(batch: Batch, outputs: Outputs, options: UnbatchOptions = {}): readonly Outputs[] {
  return batch.rows.map(({ example, set }, row) => {
    const feeds = batch.examples[example]?.inputs[set] ?? {};
    const sizes = symbolSizes(feeds, options.signature);
    return Object.fromEntries(
      Object.entries(outputs).map(([name, output]) => {
        if (output.dims[0] !== batch.rows.length) {
          throw invalidData(
            `output '${name}'`,
            `has shape [${output.dims}], its axis 0 is not the batch of ${batch.rows.length}`,
            'run batches of 1, or leave the output out',
          );
        }
        const dims = options.signature?.outputs.find((each) => each.name === name)?.dims;
        const cut = output.dims.slice(1).map((size, axis) => {
          const symbol = dims?.[axis + 1];
          return Math.min(size, (typeof symbol === 'string' ? sizes.get(symbol) : undefined) ?? size);
        });
        return [name, extractBlock(output, row, cut, options.side ?? 'right')];
      }),
    );
  });
}

/** What a symbol stands for in one row; where the row's inputs contradict each other it says nothing. */
function symbolSizes(feeds: Feeds, signature: DimensionNames | undefined): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  const torn = new Set<string>();
  for (const { name, dims } of signature?.inputs ?? []) {
    for (const [axis, symbol] of (dims ?? []).slice(1).entries()) {
      const size = feeds[name]?.dims[axis];
      if (typeof symbol !== 'string' || symbol === '' || size === undefined) continue;
      if ((sizes.get(symbol) ?? size) !== size) torn.add(symbol);
      sizes.set(symbol, size);
    }
  }
  for (const symbol of torn) sizes.delete(symbol);
  return sizes;
}
