import { noise, openCard } from '@sentei/data';
import { compareShift, evaluate, resolveMetric, type Session, startEngine } from '@sentei/runtime';

export async function compareQuality(original: string, candidate: string, card: string) {
  const engine = await startEngine({ threads: 2 });
  try {
    const models = { original: await engine.load(original), candidate: await engine.load(candidate) };
    const { splits, metric: stated, batch } = await openCard(card, { model: models.original.inputs });
    const [clean, noisy] = [splits.heldout, noise(splits.heldout, { rate: 0.05 })];
    const metric = await resolveMetric(models.original, clean, { stated });
    const scoresOf = async (session: Session, data: typeof clean) =>
      (await evaluate(session, data, metric, { batch, to: 8 })).scores;
    const pairOf = async (data: typeof clean) => ({
      original: await scoresOf(models.original, data),
      candidate: await scoresOf(models.candidate, data),
    });
    return compareShift(metric, await pairOf(clean), await pairOf(noisy));
  } finally {
    await engine.close();
  }
}
