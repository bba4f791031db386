import { type PassRecord, SenteiError } from '@sentei/ir';
import { type BudgetFacts, formatChange, formatShare, type Report } from '@sentei/report';
import type { OutputComparison } from '@sentei/runtime';
import type { Listener } from './progress.ts';

/** Rounding moves outputs by far less than this: cosine similarity and share of rows with the same largest element. */
const EXACT = { cosineSimilarity: 0.9999, top1Agreement: 0.99 } as const;

/**
 * Holds the worst loss on held-out data against the budget.
 *
 * @throws SenteiError `budget-exceeded`
 */
export function checkBudget(
  validation: Report['validation'],
  maxDrop: number,
  records: readonly PassRecord[],
): BudgetFacts {
  const quality = validation.status === 'done' ? validation.quality : [];
  const [worst] = quality.toSorted((a, b) => b.drop - a.drop);
  if (worst === undefined) return { maxDrop };
  if (worst.drop <= maxDrop) return { maxDrop, heldoutDrop: worst.drop };
  const lossy = records.filter(({ patches }) =>
    patches.some(({ decision, guarantee }) => decision === 'applied' && guarantee !== 'exact'),
  );
  const passes = [...new Set(lossy.map(({ pass }) => pass))];
  throw new SenteiError(
    'budget-exceeded',
    `${worst.metric} on held-out data gets worse by ${formatChange(worst.drop)} at ${worst.windowLength} bytes, the budget is ${formatShare(maxDrop)}`,
    {
      subject: worst.metric,
      hint: `raise --max-drop, or leave out ${passes.length > 0 ? passes.join(' or ') : 'a pass'}; nothing was written`,
    },
  );
}

/** Warns when a result that should differ by rounding alone differs by more. */
export function checkFidelity(
  validation: Report['validation'],
  records: readonly PassRecord[],
  listener: Listener,
): void {
  const applied = records.flatMap(({ patches }) => patches.filter(({ decision }) => decision === 'applied'));
  if (validation.status !== 'done' || applied.some(({ guarantee }) => guarantee !== 'exact')) return;
  for (const { size, inputs, outputs } of validation.fidelity) {
    for (const [name, found] of Object.entries(outputs)) {
      if (isExact(found)) continue;
      listener.warn(
        `every change is exact, yet output ${name} differs by more than rounding (${size}, ${inputs})`,
      );
      return;
    }
  }
}

/** Whether an output differs from the original's by no more than rounding does. */
export function isExact(found: OutputComparison): boolean {
  return (
    found.nanMismatches === 0 &&
    found.infinityMismatches === 0 &&
    found.cosineSimilarity >= EXACT.cosineSimilarity &&
    (found.top1Agreement ?? 1) >= EXACT.top1Agreement
  );
}
