import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';

/**
 * Optimizers take a rate, a step count, and for each tensor its value, gradient and `states` states; they return new
 * values and states, all of the types that came in.
 */
function optimizer(states: number) {
  return (context: RuleContext): Outputs => {
    const count = (context.inputCount - 2) / (2 + states);
    if (!Number.isInteger(count) || count < 1)
      context.fail(`${context.inputCount} inputs do not go by groups of ${2 + states}`);
    const fact = (index: number) => {
      const known = context.fact(index + 2);
      return known && { type: known.type };
    };
    const kept = Array.from({ length: states * count }, (_, i) => fact(2 * count + i));
    return [...Array.from({ length: count }, (_, i) => fact(i)), ...kept];
  };
}

/** The derivative by each of the first inputs. */
function gradient(context: RuleContext): Outputs {
  return Array.from({ length: context.listLength('xs') }, (_, index) => {
    const known = context.fact(index);
    return known && { type: known.type };
  });
}

export const trainingRules: RuleFamily = {
  Adagrad: optimizer(1),
  Adam: optimizer(2),
  Gradient: gradient,
  Momentum: optimizer(1),
};
