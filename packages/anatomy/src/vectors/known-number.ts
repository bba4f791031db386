import { constantScalar, type Value } from '@sentei/ir';
import { ScoreEvaluator } from '../scores/evaluate-scores.ts';
import { numberOf } from '../scores/linear.ts';
import type { BoundFacts } from './bound-facts.ts';

/** One number, constant or worked out from extents that are known. */
export function knownNumber(value: Value, facts: BoundFacts): number | undefined {
  const constant = constantScalar(value);
  const { typeOf, integersOf } = facts;
  const shape = facts.shapeOf(value);
  if (constant !== undefined || typeOf === undefined || integersOf === undefined) return constant;
  if (!shape?.every((extent) => extent === 1)) return undefined;
  const known = {
    shapeOf: facts.shapeOf.bind(facts),
    typeOf: typeOf.bind(facts),
    integersOf: integersOf.bind(facts),
  };
  const cases = new ScoreEvaluator(known, undefined, undefined).evaluate(
    value,
    shape.map(() => []),
  );
  const [only, second] = cases?.table ?? [];
  return only === undefined || second !== undefined ? undefined : numberOf(only);
}
