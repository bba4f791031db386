import type { Verdict } from '@sentei/runtime';
import type { Audit } from './with-audit.ts';

/** Writes down a verdict, and before it what became of each criterion. */
export function writeVerdict(audit: Audit, { outcome, criteria, budget, allowUnknown }: Verdict): void {
  for (const criterion of criteria) audit.append('criterion', { ...criterion });
  audit.append('verdict', { outcome, budget, allowUnknown });
}
