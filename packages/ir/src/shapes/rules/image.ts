import type { Dimension } from '../../graph/type.ts';
import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';
import { floorDivide, multiply, productOf } from '../symbols.ts';

/** Moves blocks of `blocksize` squared between the channels and the plane of [N, C, H, W]. */
function moveBlocks(toSpace: boolean) {
  return (context: RuleContext): Outputs => {
    const [batch = null, channels = null, height = null, width = null] = context.shapeOfRank(0, 4, 4) ?? [];
    const block = context.int('blocksize') ?? context.fail('it has no blocksize');
    if (block < 1) context.fail(`blocksize is ${block}`);
    const [grow, shrink] = toSpace ? [multiply, floorDivide] : [floorDivide, multiply];
    const shape = [batch, shrink(channels, block * block), grow(height, block), grow(width, block)];
    return [tensorFact(context.elementType(0), shape)];
  };
}

/** Data [N, C, …] sampled at the places of a grid [N, places…, axes]. */
export function gridSample(context: RuleContext): Outputs {
  const elementType = context.elementType(0);
  const data = context.shapeOfRank(0, 3);
  const grid = context.shapeOfRank(1, 3);
  const rank = data?.length ?? grid?.length;
  if (rank === undefined) return [tensorFact(elementType)];
  if (data && grid && data.length !== grid.length) context.fail('data and grid differ in rank');
  const places = grid?.slice(1, -1) ?? new Array<Dimension>(rank - 2).fill(null);
  return [tensorFact(elementType, [data?.[0] ?? grid?.[0] ?? null, data?.[1] ?? null, ...places])];
}

/** Transformations [N, axes, axes+1] and the extents N, C, places… of the output they are for. */
function affineGrid(context: RuleContext): Outputs {
  const theta = context.shapeOfRank(0, 3, 3);
  const [count] = context.shapeOfRank(1, 1, 1) ?? [];
  const axes = theta?.[1] ?? (typeof count === 'number' ? count - 2 : null);
  const size = context.integers(1);
  if (size !== undefined && size.length < 3) context.fail(`size has ${size.length} extents`);
  if (size === undefined && typeof axes !== 'number') return [tensorFact(context.elementType(0))];
  const places = size?.slice(2) ?? new Array<Dimension>(Math.min(Math.max(Number(axes), 0), 3)).fill(null);
  return [tensorFact(context.elementType(0), [theta?.[0] ?? size?.[0] ?? null, ...places, places.length])];
}

function centerCropPad(context: RuleContext): Outputs {
  const shape = context.shapeOfRank(0, 1);
  const elementType = context.elementType(0);
  if (shape === undefined) return [tensorFact(elementType)];
  const axes = context.axes(context.ints('axes') ?? shape.map((_, axis) => axis), shape.length);
  const target = context.integers(1);
  if (target && target.length !== axes.length)
    context.fail(`${target.length} extents are given for ${axes.length} axes`);
  const result = [...shape];
  for (const [i, axis] of axes.entries()) result[axis] = target?.[i] ?? null;
  return [tensorFact(elementType, result)];
}

/** Columns [N, C·block, positions] put back into an image [N, C, extents…]. */
function columnsToImage(context: RuleContext): Outputs {
  const elementType = context.elementType(0);
  const [batch = null, rows = null] = context.shapeOfRank(0, 3, 3) ?? [];
  const extents = context.integers(1);
  const block = context.integers(2);
  const axes = extents?.length ?? block?.length;
  if (axes === undefined) return [tensorFact(elementType)];
  const channels = block === undefined ? null : floorDivide(rows, productOf(block));
  return [tensorFact(elementType, [batch, channels, ...(extents ?? new Array<Dimension>(axes).fill(null))])];
}

/** One plane for each region, of a size that attributes give. */
function regions(context: RuleContext, index: number, size: readonly Dimension[]): Outputs {
  const data = context.shapeOfRank(0, 4, 4);
  const count = context.shapeOfRank(index, 2, 2)?.[0] ?? null;
  return [tensorFact(context.elementType(0), [count, data?.[1] ?? null, ...size])];
}

function imageDecoder(context: RuleContext): Outputs {
  const channels = context.string('pixel_format') === 'Grayscale' ? 1 : 3;
  return [tensorFact('uint8', [null, null, channels])];
}

export const imageRules: RuleFamily = {
  AffineGrid: affineGrid,
  CenterCropPad: centerCropPad,
  Col2Im: columnsToImage,
  DepthToSpace: moveBlocks(true),
  GridSample: gridSample,
  ImageDecoder: imageDecoder,
  MaxRoiPool: (context) => regions(context, 1, context.ints('pooled_shape') ?? [null, null]),
  RoiAlign: (context) =>
    regions(context, 1, [context.int('output_height') ?? 1, context.int('output_width') ?? 1]),
  SpaceToDepth: moveBlocks(false),
};
