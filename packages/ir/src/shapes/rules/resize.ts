import type { Dimension, Shape } from '../../graph/type.ts';
import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';
import { floorDivide, multiply } from '../symbols.ts';

/** Since opset 11 the inputs are data, region, scales and sizes; opset 10 and Upsample have data and scales. */
function resize(context: RuleContext): Outputs {
  const elementType = context.elementType(0);
  const shape = context.shape(0);
  if (shape === undefined) return [tensorFact(elementType)];
  const modern = context.opset >= 11 && context.node.opType === 'Resize';
  const given = context.ints('axes');
  const axes = given === undefined ? shape.map((_, axis) => axis) : context.axes(given, shape.length);
  const extents =
    modern && context.has(3)
      ? fromSizes(context, shape, axes)
      : fromScales(context, shape, axes, modern ? 2 : 1);
  return [
    tensorFact(
      elementType,
      shape.map((extent, axis) => {
        const at = axes.indexOf(axis);
        return at < 0 ? extent : (extents?.[at] ?? null);
      }),
    ),
  ];
}

function fromSizes(
  context: RuleContext,
  shape: Shape,
  axes: readonly number[],
): readonly Dimension[] | undefined {
  const sizes = context.integers(3);
  if (sizes === undefined) return undefined;
  if (sizes.length !== axes.length) context.fail(`${sizes.length} sizes are given for ${axes.length} axes`);
  const policy = context.string('keep_aspect_ratio_policy') ?? 'stretch';
  if (policy === 'stretch') return sizes;
  const ratios = sizes.map((size, i) => {
    const extent = shape[axes[i] ?? -1];
    return typeof size === 'number' && typeof extent === 'number' ? size / extent : Number.NaN;
  });
  const ratio = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  if (!Number.isFinite(ratio)) return undefined;
  return axes.map((axis) => Math.floor(Number(shape[axis]) * ratio + 0.5));
}

function fromScales(
  context: RuleContext,
  shape: Shape,
  axes: readonly number[],
  index: number,
): readonly Dimension[] | undefined {
  const attribute = context.attribute('scales');
  const scales = attribute?.kind === 'floats' ? attribute.value : context.constants(index);
  const crops = context.string('coordinate_transformation_mode') === 'tf_crop_and_resize';
  if (scales === undefined || crops) return undefined;
  if (scales.length !== axes.length)
    context.fail(`${scales.length} scales are given for ${axes.length} axes`);
  return axes.map((axis, i) => scaled(shape[axis] ?? null, scales[i] ?? 1));
}

function scaled(extent: Dimension, scale: number): Dimension {
  if (typeof extent === 'number') return Math.floor(extent * scale);
  if (Number.isInteger(scale)) return multiply(extent, scale);
  return Number.isInteger(1 / scale) ? floorDivide(extent, 1 / scale) : null;
}

export const resizeRules: RuleFamily = { Resize: resize, Upsample: resize };
