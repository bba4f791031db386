import type { DataType } from '../../graph/data-type.ts';
import type { Dimension, Shape } from '../../graph/type.ts';
import { differs } from '../dimensions.ts';
import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';
import { add, multiply, subtract } from '../symbols.ts';
import { commonElementType } from './elementwise.ts';
import { readWindows, slide } from './windows.ts';

/** Data [N, C, spatial…] and weight [M, C/group, spatial…] of which either rank tells the other. */
function operands(context: RuleContext, weightIndex: number): { data: Shape; weight: Shape } | undefined {
  const data = context.shapeOfRank(0, 3);
  const weight = context.shapeOfRank(weightIndex, 3);
  const kernel = context.ints('kernel_shape');
  const rank = data?.length ?? weight?.length ?? (kernel && kernel.length + 2);
  if (rank === undefined) return undefined;
  if (weight && weight.length !== rank) context.fail(`data has rank ${rank} and weight ${weight.length}`);
  const unknown = new Array<Dimension>(rank).fill(null);
  const outer = (weight ?? unknown).slice(0, 2);
  return { data: data ?? unknown, weight: [...outer, ...(kernel ?? (weight ?? unknown).slice(2))] };
}

export function convolution(weightIndex: number, type: (context: RuleContext) => DataType) {
  return (context: RuleContext): Outputs => {
    const found = operands(context, weightIndex);
    if (found === undefined) return [tensorFact(type(context))];
    const { data, weight } = found;
    const group = context.int('group') ?? 1;
    const channels = multiply(weight[1] ?? null, group);
    if (differs(data[1], channels)) context.fail(`data has ${data[1]} channels and weight takes ${channels}`);
    const windows = readWindows(context, weight.slice(2));
    const spatial = data.slice(2).map((extent, axis) => slide(windows, axis, extent));
    return [tensorFact(type(context), [data[0] ?? null, weight[0] ?? null, ...spatial])];
  };
}

function transposedConvolution(context: RuleContext): Outputs {
  const elementType = commonElementType(context, [0, 1]);
  const found = operands(context, 1);
  if (found === undefined) return [tensorFact(elementType)];
  const { data, weight } = found;
  const windows = readWindows(context, weight.slice(2));
  const fixed = context.ints('output_shape');
  const extra = context.ints('output_padding') ?? [];
  const spatial = data.slice(2).map((extent, axis) => {
    // Before opset 11 the fixed shape could hold the batch and channel axes too.
    const given = fixed?.[fixed.length - (data.length - 2) + axis];
    if (given !== undefined) return given;
    const stride = windows.strides[axis] ?? 1;
    if (windows.automatic.startsWith('SAME')) return multiply(extent, stride);
    const valid = windows.automatic === 'VALID';
    const pads = valid ? 0 : (windows.begins[axis] ?? 0) + (windows.ends[axis] ?? 0);
    const reach = add(multiply(subtract(extent, 1), stride), windows.spans[axis] ?? null);
    return subtract(add(reach, extra[axis] ?? 0), pads);
  });
  const channels = multiply(weight[1] ?? null, context.int('group') ?? 1);
  return [tensorFact(elementType, [data[0] ?? null, channels, ...spatial])];
}

export const convolutionRules: RuleFamily = {
  Conv: convolution(1, (context) => commonElementType(context, [0, 1])),
  ConvInteger: convolution(1, () => 'int32'),
  QLinearConv: convolution(3, (context) => context.elementType(7)),
  DeformConv: convolution(1, (context) => commonElementType(context, [0, 1])),
  ConvTranspose: transposedConvolution,
};
