import { asRow, type RowDataset, rowDataset } from '../../src/dataset/row-dataset.ts';
import type { Example, Padding } from '../../src/dataset/types.ts';

/** A dataset of examples in memory. */
export function listDataset(examples: readonly Example[], padding?: Padding): RowDataset {
  return rowDataset({
    name: 'list',
    size: examples.length,
    fingerprint: examples.map(({ hash }) => hash).join(),
    padding,
    async *rows(from, to) {
      for (const example of examples.slice(from, to)) yield asRow(example);
    },
  });
}

export async function collect<Each>(items: AsyncIterable<Each>): Promise<Each[]> {
  const found: Each[] = [];
  for await (const item of items) found.push(item);
  return found;
}
