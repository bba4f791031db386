import { DATA_TYPES, type GraphBuilder, type Value } from '@sentei/ir';
import type { ShapeFacts } from '../shape-facts.ts';
import { PositionAnalysis } from './analyse-positions.ts';
import { type AxisRole, DISTANCES, emitForm, isFree, type PositionForm, zipHeads } from './position-form.ts';

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
  /** The least that a query's own key can have, or `undefined` where that is not known. */
  readonly own: number | undefined;
  /** The one number that all keys after the query have instead, where the bias is a constant with a causal mask in it. */
  readonly hidden: number | undefined;
  /**
   * The mask [batch, keys] of zeros and ones by which keys are counted where the slopes are from one key that counts to the
   * next, as BLOOM has it. Of keys that do not count nothing is said.
   */
  readonly counted: Value | undefined;
}

const FLOAT32 = BigInt(DATA_TYPES.float32);

const ROLES: readonly AxisRole[] = ['batch', 'head', 'query', 'key'];

/**
 * Recognises a bias of distances by what it is computed from: ranges of positions, constants, and operators that work
 * element by element or read a constant table. ALiBi, the buckets of T5, and any function of the distance are such.
 *
 * @param roles of its axes, as many as it has; those of scores [batch, heads, queries, keys] otherwise
 */
export function matchDistanceBias(
  bias: Value,
  shapes: ShapeFacts,
  roles?: readonly AxisRole[],
): DistanceBias | undefined {
  const shape = shapes.shapeOf(bias);
  if (shape === undefined || shape.length > (roles ?? ROLES).length) return undefined;
  const axes = roles ?? ROLES.slice(ROLES.length - shape.length);
  const extentOf = (role: AxisRole) => (axes.includes(role) ? (shape[axes.indexOf(role)] ?? null) : 1);
  const [query, key] = [extentOf('query'), extentOf('key')];
  if (query === null || key === null) return undefined;
  const form = new PositionAnalysis(shapes, { query, key }).formOf(bias, axes);
  if (form === undefined) return undefined;
  return {
    slopes: form.steps?.key,
    samples: form.steps === undefined || isFree(form) ? form.samples : falling(form.steps.key),
    table: form.emit && ((b, count) => emitTable(b, form, count, axes)),
    own: ownBias(form),
    hidden: form.hidden,
    counted: form.counted,
  };
}

/** At the first position, where it does not fall from one position to the next. */
function ownBias({ steps, samples }: PositionForm): number | undefined {
  const rises = steps && zipHeads(steps.query, steps.key, (query, key) => query + key);
  if (samples === undefined || (steps !== undefined && !rises?.every((rise) => rise >= 0))) return undefined;
  const least = Math.min(...samples.map((sample) => sample[0] ?? Number.NaN));
  return Number.isNaN(least) ? undefined : least;
}

function falling(slopes: readonly number[]): Float64Array[] {
  return slopes.map((slope) => Float64Array.from(DISTANCES, (distance) => -slope * distance));
}

function emitTable(b: GraphBuilder, form: PositionForm, count: Value, roles: readonly AxisRole[]): Value {
  const column = emitForm(form, b, count, new Map());
  const cast = form.dataType === 'float32' ? column : b.op('Cast', [column], { attributes: { to: FLOAT32 } });
  const rank = (role: AxisRole) => (role === 'query' ? 2 : role === 'head' ? 1 : 0);
  const order = [...roles.keys()].sort((a, c) => rank(roles[a] ?? 'one') - rank(roles[c] ?? 'one'));
  const isSorted = order.every((axis, index) => axis === index);
  const sorted = isSorted ? cast : b.op('Transpose', [cast], { attributes: { perm: order.map(BigInt) } });
  const rows = b.int64([roles.includes('head') ? -1 : 1]);
  return b.op('Reshape', [sorted, b.op('Concat', [rows, count], { attributes: { axis: 0n } })]);
}
