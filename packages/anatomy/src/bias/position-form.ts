import type { DataType, GraphBuilder, Value } from '@sentei/ir';

/** What an axis of a part of a bias lines up with in the scores [batch, head, query, key]. */
export type AxisRole = 'batch' | 'head' | 'query' | 'key' | 'one';

/** Emits a value with all its axes, one row for each distance 0 … `count` − 1 along its queries and only key 0. */
export type EmitForm = (b: GraphBuilder, count: Value, made: Map<PositionForm, Value>) => Value;

/**
 * What is known of a value as a function of head, query position i and key position j, where j ≤ i: nothing is said of keys
 * after the query. Either it is affine in i and j, or a function of i − j alone.
 */
export interface PositionForm {
  readonly dataType: DataType;
  /** Change from a position to the next, for each head or one for all; absent where the value is not affine. */
  readonly steps: { readonly query: readonly number[]; readonly key: readonly number[] } | undefined;
  /**
   * The value at query position `DISTANCES[s]` and key position 0, for each head or one for all, each of one number where
   * positions make no difference. Not a number where the value does not exist; absent where only a run can tell.
   */
  readonly samples: readonly Float64Array[] | undefined;
  /** Absent where no value of its own can be computed, as behind an offset that only a run can tell. */
  readonly emit: EmitForm | undefined;
  /**
   * The mask [batch, keys], of zeros and ones, by which keys are counted, where steps are from one key that counts to the
   * next; keys that do not count have any value.
   */
  readonly counted?: Value;
  /** The one number that all keys after the query have, where the value is a constant with a causal mask in it. */
  readonly hidden?: number;
}

/** Distances at which forms are sampled: every one up to 1,024, then in steps of 2 % up to 2²⁰. */
export const DISTANCES: readonly number[] = sampledDistances(1024, 1.02, 2 ** 20);

function sampledDistances(dense: number, growth: number, last: number): number[] {
  const distances = Array.from({ length: dense + 1 }, (_, distance) => distance);
  for (let distance = dense * growth; distance < last; distance *= growth)
    distances.push(Math.round(distance));
  return [...distances, last];
}

/** Whether a form is the same at all positions; it may differ between heads. */
export function isFree(form: PositionForm): boolean {
  return form.steps !== undefined && [...form.steps.query, ...form.steps.key].every((step) => step === 0);
}

/** Whether a form depends on positions through i − j only. */
export function isOfDistance({ steps }: PositionForm): boolean {
  if (steps === undefined) return true;
  return zipHeads(steps.query, steps.key, (query, key) => query === -key)?.every(Boolean) ?? false;
}

/** Combines what two forms have for each head; `undefined` where they have different numbers of heads. */
export function zipHeads<A, B, R>(
  a: readonly A[],
  b: readonly B[],
  combine: (a: A, b: B) => R,
): R[] | undefined {
  if (a.length !== b.length && a.length !== 1 && b.length !== 1) return undefined;
  return Array.from({ length: Math.max(a.length, b.length) }, (_, head) =>
    combine(a[a.length === 1 ? 0 : head] as A, b[b.length === 1 ? 0 : head] as B),
  );
}

/** Emits a form once for all that read it. */
export function emitForm(
  form: PositionForm,
  b: GraphBuilder,
  count: Value,
  made: Map<PositionForm, Value>,
): Value {
  const known = made.get(form);
  if (known !== undefined) return known;
  if (form.emit === undefined) throw new TypeError('a form without a value of its own was asked for one');
  const value = form.emit(b, count, made);
  made.set(form, value);
  return value;
}
