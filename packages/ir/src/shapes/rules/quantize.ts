import { attributeType } from '../attribute-type.ts';
import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';

export function quantizeLinear(context: RuleContext): Outputs {
  const named = attributeType(context, 'output_dtype');
  const elementType = context.has(2) ? context.elementType(2) : (named ?? 'uint8');
  return [tensorFact(elementType, context.shape(0))];
}

/** The result is as precise as the scale, unless an attribute says otherwise. */
export function dequantizeLinear(context: RuleContext): Outputs {
  const elementType = attributeType(context, 'output_dtype') ?? context.elementType(1);
  return [tensorFact(elementType, context.shape(0))];
}

export function dynamicQuantizeLinear(context: RuleContext): Outputs {
  return [tensorFact('uint8', context.shape(0)), tensorFact('float32', []), tensorFact('uint8', [])];
}

export const quantizeRules: RuleFamily = {
  QuantizeLinear: quantizeLinear,
  DequantizeLinear: dequantizeLinear,
  DynamicQuantizeLinear: dynamicQuantizeLinear,
};
