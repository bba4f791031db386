import { readType } from '../../graph/type.ts';
import { canonicalType, containerFact, tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';

/** Wraps its input, or is empty and of the type that an attribute gives. */
function optional(context: RuleContext): Outputs {
  if (context.has(0)) return [containerFact('optional', context.type(0))];
  const attribute = context.attribute('type');
  const message = attribute?.kind === 'other' ? attribute.message.tp : undefined;
  if (!message) context.fail('it has neither an input nor a type');
  return [containerFact('optional', canonicalType(readType(message)))];
}

/** Since opset 18 tensors and sequences may stand for an optional that is there. */
function getElement(context: RuleContext): Outputs {
  const fact = context.fact(0);
  return [fact?.type.kind === 'optional' ? { type: fact.type.element } : fact];
}

export const optionalRules: RuleFamily = {
  Optional: optional,
  OptionalGetElement: getElement,
  OptionalHasElement: () => [tensorFact('bool', [])],
};
