import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';
import { readWindows, slide } from './windows.ts';

function pool(context: RuleContext): Outputs {
  const elementType = context.elementType(0);
  const kernel = context.node.ints('kernel_shape');
  if (kernel === undefined) context.fail('it has no kernel_shape');
  const windows = readWindows(context, kernel);
  const data = context.shapeOfRank(0, 3);
  if (data && data.length !== kernel.length + 2)
    context.fail(`a pool of ${kernel.length} axes reads rank ${data.length}`);
  const roundsUp = context.node.int('ceil_mode') === 1;
  const spatial = kernel.map((_, axis) => slide(windows, axis, data?.[axis + 2] ?? null, roundsUp));
  const shape = [data?.[0] ?? null, data?.[1] ?? null, ...spatial];
  return [tensorFact(elementType, shape), tensorFact('int64', shape)];
}

function globalPool(context: RuleContext): Outputs {
  const shape = context.shapeOfRank(0, 2);
  return [
    tensorFact(
      context.elementType(0),
      shape?.map((extent, axis) => (axis < 2 ? extent : 1)),
    ),
  ];
}

export const poolRules: RuleFamily = {
  AveragePool: pool,
  LpPool: pool,
  MaxPool: pool,
  GlobalAveragePool: globalPool,
  GlobalLpPool: globalPool,
  GlobalMaxPool: globalPool,
};
