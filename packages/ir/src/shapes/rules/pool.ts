import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';
import { add, multiply, subtract } from '../symbols.ts';
import { readWindows, slide } from './windows.ts';

export function pool(context: RuleContext): Outputs {
  const elementType = context.elementType(0);
  const kernel = context.ints('kernel_shape');
  if (kernel === undefined) context.fail('it has no kernel_shape');
  const windows = readWindows(context, kernel);
  const data = context.shapeOfRank(0, 3);
  if (data && data.length !== kernel.length + 2)
    context.fail(`a pool of ${kernel.length} axes reads rank ${data.length}`);
  const roundsUp = context.int('ceil_mode') === 1;
  const spatial = kernel.map((_, axis) => slide(windows, axis, data?.[axis + 2] ?? null, roundsUp));
  const shape = [data?.[0] ?? null, data?.[1] ?? null, ...spatial];
  return [tensorFact(elementType, shape), tensorFact('int64', shape)];
}

export function globalPool(context: RuleContext): Outputs {
  const shape = context.shapeOfRank(0, 2);
  return [
    tensorFact(
      context.elementType(0),
      shape?.map((extent, axis) => (axis < 2 ? extent : 1)),
    ),
  ];
}

/** Undoes a pool [N, C, …]; an input gives the extents where several come to the same pooled ones. */
function unpool(context: RuleContext): Outputs {
  const elementType = context.elementType(0);
  const kernel = context.ints('kernel_shape') ?? context.fail('it has no kernel_shape');
  const data = context.shapeOfRank(0, 3);
  if (context.has(2)) {
    const given = context.integers(2);
    return [tensorFact(elementType, given ?? data?.map(() => null))];
  }
  if (data && data.length !== kernel.length + 2)
    context.fail(`a pool of ${kernel.length} axes reads rank ${data.length}`);
  const { begins, ends, strides, spans } = readWindows(context, kernel);
  const spatial = kernel.map((_, axis) => {
    const reach = multiply(subtract(data?.[axis + 2] ?? null, 1), strides[axis] ?? 1);
    return subtract(add(reach, spans[axis] ?? null), (begins[axis] ?? 0) + (ends[axis] ?? 0));
  });
  return [tensorFact(elementType, [data?.[0] ?? null, data?.[1] ?? null, ...spatial])];
}

export const poolRules: RuleFamily = {
  AveragePool: pool,
  LpPool: pool,
  MaxPool: pool,
  MaxUnpool: unpool,
  GlobalAveragePool: globalPool,
  GlobalLpPool: globalPool,
  GlobalMaxPool: globalPool,
};
