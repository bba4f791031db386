import { openCard } from '@sentei/data';
import { quantileOf, readModel } from '@sentei/ir';
import { createCalibrator } from '@sentei/runtime';

export async function gatherStatistics(path: string, card: string, names: readonly string[], cache: string) {
  const model = await readModel(path);
  const input = { name: model.graph.inputs[0]?.name ?? '', type: 'int64', dims: null } as const;
  const { splits } = await openCard(card, { model: [input], length: 512 });
  const calibrator = createCalibrator({ splits, batch: 4, cache });
  const taps = names.map(
    (value) => ({ value, moments: 'feature', gram: true, quantiles: { bits: 7 } }) as const,
  );
  const { examples, taps: statistics } = await calibrator.collect(model, taps);
  return {
    examples,
    values: statistics.map(({ value, gram, moments, quantiles }) => ({
      value,
      shape: gram?.shape,
      mean: moments?.mean,
      median: quantiles && quantileOf(quantiles, 0.5),
    })),
  };
}
