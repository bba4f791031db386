import { DATA_TYPES, type GraphBuilder, type Value } from '@sentei/ir';
import type { ShapeFacts } from '../shape-facts.ts';
import { PositionAnalysis } from './analyse-positions.ts';
import { type AxisRole, DISTANCES, emitForm, isFree, type PositionForm } from './position-form.ts';

/**
 * A bias of attention scores that depends on nothing but the head and the distance from key to query, where the key is not
 * after the query. What depends on the query alone counts as nothing, because the softmax over keys takes it out.
 */
export interface DistanceBias {
  /** How much the bias falls with each key further back, for each head or one for all; absent where that is not constant. */
  readonly slopes: readonly number[] | undefined;
  /** The bias at `DISTANCES`, for each head or one for all; not a number at distances that the model has no bias for. */
  readonly samples: readonly Float64Array[] | undefined;
  /** Emits float32 [heads or 1, count]: the bias at distances 0 … count − 1, `count` an int64 [1]. */
  readonly table: ((b: GraphBuilder, count: Value) => Value) | undefined;
  /** The one number that all keys after the query have instead, where the bias is a constant with a causal mask in it. */
  readonly hidden: number | undefined;
}

const ROLES: readonly AxisRole[] = ['batch', 'head', 'query', 'key'];

/**
 * Recognises a bias of distances by what it is computed from: ranges of positions, constants, and operators that work
 * element by element or read a constant table. ALiBi, the buckets of T5, and any function of the distance are such.
 */
export function matchDistanceBias(bias: Value, shapes: ShapeFacts): DistanceBias | undefined {
  const shape = shapes.shapeOf(bias);
  const [query, key] = shape?.slice(-2) ?? [];
  if (shape === undefined || shape.length > ROLES.length || query == null || key == null) return undefined;
  const form = new PositionAnalysis(shapes, { query, key }).formOf(bias, ROLES.slice(-shape.length));
  if (form === undefined) return undefined;
  return {
    slopes: form.steps?.key,
    samples: form.steps === undefined || isFree(form) ? form.samples : falling(form.steps.key),
    table: form.emit && ((b, count) => emitTable(b, form, count, shape.length)),
    hidden: form.hidden,
  };
}

function falling(slopes: readonly number[]): Float64Array[] {
  return slopes.map((slope) => Float64Array.from(DISTANCES, (distance) => -slope * distance));
}

function emitTable(b: GraphBuilder, form: PositionForm, count: Value, rank: number): Value {
  const column = emitForm(form, b, count, new Map());
  const rows = b.op('Concat', [b.int64([rank > 2 ? -1 : 1]), count], { attributes: { axis: 0n } });
  const isPlain = form.dataType === 'float32';
  const wide = isPlain ? column : b.op('Cast', [column], { attributes: { to: BigInt(DATA_TYPES.float32) } });
  return b.op('Reshape', [wide, rows]);
}
