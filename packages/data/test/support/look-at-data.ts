import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { noise, openCard, runExamples, shard } from '@sentei/data';

/** Mean of a model's outputs on held-out rows, as they are and with noise. */
export async function lookAtData(folder: string): Promise<readonly number[]> {
  const rows = Array.from({ length: 40 }, (_, row) => ({ pixels: [row, row + 1, 2 * row], digit: row % 10 }));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'digits.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const card = {
    version: 1,
    source: { kind: 'jsonl', path: 'digits.jsonl' },
    inputs: { pixels: 'image' },
    label: { field: 'digit', type: 'class' },
    splits: { shares: { calibration: 0.25, selection: 0.25, heldout: 0.5 }, by: 'hash' },
  };
  await writeFile(join(folder, 'card.json'), JSON.stringify(card));
  const model = [{ name: 'image', type: 'float32', dims: ['batch', 3] }] as const;
  const { splits } = await openCard(join(folder, 'card.json'), { model });
  const means: number[] = [];
  for (const dataset of [splits.heldout, noise(splits.heldout, { rate: 0.2 }), shard(splits.heldout, 1, 2)]) {
    let sum = 0;
    const run = runExamples(dataset, async (feeds) => feeds, { batch: 8 });
    for await (const { outputs } of run) sum += Number(outputs[0]?.image?.data[0]);
    means.push(sum / dataset.size);
  }
  return means;
}
