import type { Model } from '../graph/model.ts';
import { takeSnapshot } from '../graph/snapshot.ts';
import { assertValid } from '../verify.ts';

/** Loss of a metric relative to its baseline: 0.01 is one per cent worse, negative is better. */
export function relativeDrop(baseline: number, measured: number, lowerIsBetter: boolean): number {
  const loss = lowerIsBetter ? measured - baseline : baseline - measured;
  const drop = baseline === 0 ? loss : loss / Math.abs(baseline);
  return Number.isNaN(drop) ? Number.POSITIVE_INFINITY : drop;
}

/** Applies a change, measures the changed and verified model, and puts the model back as it was. */
export async function tryChange<T>(model: Model, change: () => void, measure: () => Promise<T>): Promise<T> {
  const undo = takeSnapshot(model);
  try {
    change();
    assertValid(model);
    return await measure();
  } finally {
    undo();
  }
}
