import { SenteiError } from '../errors.ts';
import type { Value } from '../graph/value.ts';
import type { Verdict } from './conditions.ts';
import type { Match } from './match.ts';
import { type Pattern, type PatternFunction, pattern } from './pattern.ts';
import type { ReplacementOps } from './replacement.ts';

/** What a rule is made of. */
export interface RewriteRuleFields {
  /** How reports name the rule. */
  readonly name: string;
  /** What to look for, as a function over a builder or as a pattern recorded before. */
  readonly pattern: PatternFunction | Pattern;
  /**
   * Whether what was found may be replaced; a sentence says why not. Called with the match and what the variables of the
   * pattern stand for.
   */
  readonly where?: (match: Match, ...variables: Value[]) => Verdict;
  /** Builds what takes the place of the match: a value for every output of the pattern, inputs allowed. */
  readonly replace: (op: ReplacementOps, ...variables: Value[]) => Value | readonly Value[];
  /** Opset versions of the standard operators that the rule is right for, both included; all unless given. */
  readonly opset?: { readonly from?: number; readonly to?: number };
  /** Domains the replacement uses, with the version to import where a model or function lacks them. */
  readonly imports?: Readonly<Record<string, number>>;
  /** Keeps matched nodes that something outside reads, instead of refusing the match; false unless given. */
  readonly keepInterior?: boolean;
  /** Bound on the steps of matching at one node, alternatives tried again included; 2,000 unless given. */
  readonly maximumSteps?: number;
}

/** A pattern and what takes its place. */
export interface RewriteRule extends RewriteRuleFields {
  readonly pattern: Pattern;
  readonly imports: Readonly<Record<string, number>>;
  readonly keepInterior: boolean;
  readonly maximumSteps: number;
}

/**
 * Makes a rule: a pattern and what to write in its place.
 *
 * @throws SenteiError `invalid-option` as `pattern`, and when `maximumSteps` is not a positive integer.
 */
export function rewriteRule(fields: RewriteRuleFields): RewriteRule {
  const { maximumSteps = 2000 } = fields;
  if (!Number.isSafeInteger(maximumSteps) || maximumSteps < 1) {
    throw new SenteiError('invalid-option', `maximumSteps of rule ${fields.name} is ${maximumSteps}`, {
      subject: fields.name,
      hint: 'it is a positive integer',
    });
  }
  return {
    ...fields,
    pattern: typeof fields.pattern === 'function' ? pattern(fields.pattern) : fields.pattern,
    imports: fields.imports ?? {},
    keepInterior: fields.keepInterior ?? false,
    maximumSteps,
  };
}
