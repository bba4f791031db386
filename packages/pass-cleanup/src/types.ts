import type { Survey } from './survey.ts';

/** One rewrite that a rule has found. */
export interface Rewrite {
  /** The node or value it is about, as messages name it. */
  readonly subject: string;
  /** Looks at the place again, since earlier rewrites may have changed it, and says whether it did anything. */
  apply(): boolean;
}

/** A rule looks without touching anything, so that a model with nothing to do stays as it is. */
export interface Rule {
  readonly id: string;
  readonly description: string;
  find(survey: Survey): readonly Rewrite[];
}
