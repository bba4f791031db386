import { type PassRecord, SenteiError } from '@sentei/ir';
import type { Report } from '@sentei/report';
import { type Budget, decideVerdict, type Figure, figuresOf, type OutputComparison } from '@sentei/runtime';
import type { Listener } from './progress.ts';

/** Rounding moves outputs by far less than this: cosine similarity and share of rows with the same largest element. */
const EXACT = { cosineSimilarity: 0.9999, top1Agreement: 0.99 } as const;

/** What is held against what. */
export interface BudgetCheck {
  readonly validation: Report['validation'];
  /** Figures besides those of the validation. */
  readonly figures?: readonly Figure[] | undefined;
  /** Largest loss on held-out data; held where one was measured. */
  readonly maxDrop: number;
  /** Criteria that were asked for: what is not measured for them is not held. */
  readonly budget?: Budget | undefined;
}

/** What a report says about the budget. */
export type HeldBudget = Pick<Report, 'budget' | 'verdict'>;

/** Holds what was measured against the budget. The verdict is absent when there is nothing to hold. */
export function holdBudget({ validation, figures = [], maxDrop, budget }: BudgetCheck): HeldBudget {
  const measured = validation.status === 'skipped' ? [] : figuresOf(validation);
  const drops = measured.flatMap(({ quantity, value }) =>
    quantity === 'drop' && value !== null ? [value] : [],
  );
  const held = { budget: { maxDrop, ...(drops.length > 0 ? { heldoutDrop: Math.max(...drops) } : {}) } };
  const asked = { ...(drops.length > 0 ? { maxDrop } : {}), ...budget };
  if (Object.keys(asked).length === 0) return held;
  return { ...held, verdict: decideVerdict([...measured, ...figures], asked) };
}

/**
 * Refuses a result that does not hold its budget.
 *
 * @throws SenteiError `budget-exceeded`
 */
export function refuseOverBudget({ verdict }: HeldBudget, records: readonly PassRecord[]): void {
  if (verdict === undefined || verdict.outcome === 'pass') return;
  const failed = verdict.criteria.filter(({ outcome }) => outcome !== 'pass');
  const lossy = records.filter(({ patches }) =>
    patches.some(({ decision, guarantee }) => decision === 'applied' && guarantee !== 'exact'),
  );
  const passes = [...new Set(lossy.map(({ pass }) => pass))];
  throw new SenteiError('budget-exceeded', failed.map(({ reason }) => reason).join('; '), {
    subject: failed[0]?.name ?? 'budget',
    hint: `raise the budget, or leave out ${passes.length > 0 ? passes.join(' or ') : 'a pass'}; nothing was written`,
  });
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
