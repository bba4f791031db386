import { z } from 'zod';
import { formatChange, formatShare } from '../text/format.ts';
import type { PageInput, VerdictReason } from './types.ts';

/** Whether the pruned model may take the original's place, as far as was measured. */
export interface PageVerdict {
  readonly outcome: 'pass' | 'fail' | 'unknown';
  readonly reasons: readonly VerdictReason[];
}

const outcome = z.enum(['pass', 'fail', 'unknown']);

/** As `sentei validate` writes it. */
const verdictFile = z.object({
  outcome,
  criteria: z.array(z.object({ outcome, reason: z.string() })),
});

const budgetFile = z.object({ verdict: z.object({ budget: z.object({ maxDrop: z.number() }) }) });

/** The largest loss that is allowed, relative to the original: by the budget that was validated with, else by that of the run. */
export function dropBudget({ report, validation }: PageInput): number {
  const { success, data } = budgetFile.safeParse(validation);
  return success ? data.verdict.budget.maxDrop : report.options.maxDrop;
}

/** The verdict of the validation, if there is one, that of the report, or what the report's figures say. */
export function verdictOf({ report, validation }: PageInput): PageVerdict {
  for (const file of [validation, report.budget]) {
    const { success, data } = z.object({ verdict: verdictFile }).safeParse(file);
    if (success) return { outcome: data.verdict.outcome, reasons: data.verdict.criteria };
  }
  const { heldoutDrop, maxDrop } = report.budget;
  if (heldoutDrop === undefined) {
    const skipped = report.validation.status === 'done' ? 'no metric was measured' : report.validation.reason;
    return {
      outcome: 'unknown',
      reasons: [{ outcome: 'unknown', reason: `loss on held-out data was not measured: ${skipped}` }],
    };
  }
  const found = heldoutDrop <= maxDrop ? 'pass' : 'fail';
  const reason = `loss on held-out data ${formatChange(heldoutDrop)}, the budget is ${formatShare(maxDrop)}`;
  return { outcome: found, reasons: [{ outcome: found, reason }] };
}
