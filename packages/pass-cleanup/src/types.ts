import type { Node, PassContext, Refusal } from '@sentei/ir';
import type { Survey } from './survey.ts';

/** One rewrite that a rule has found. */
export interface Rewrite {
  /** The node or value it is about, as messages name it; made into text only where it is shown. */
  readonly subject: Node | string;
  /** Looks at the place again, since earlier rewrites may have changed it, and says whether it did anything. */
  apply(): boolean;
}

/** A rule looks without touching anything, so that a model with nothing to do stays as it is. */
export interface Rule {
  readonly id: string;
  readonly description: string;
  /** Finds every place the rule applies to. */
  find(survey: Survey): readonly Rewrite[];
  /** Asks the context for what `find` will need, such as numbers from an executor, and returns what could not be had. */
  prepare?(survey: Survey, context: PassContext): Promise<readonly Refusal[]>;
  /** Whether the rule holds even where operators may mean anything. */
  readonly trustsNoOperator?: boolean;
}
