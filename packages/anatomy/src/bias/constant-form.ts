import { type GraphBuilder, Tensor, type Value } from '@sentei/ir';
import type { AxisRole, PositionForm } from './position-form.ts';
import { DISTANCES } from './position-form.ts';

/** Largest table that is read: 16 heads over 2,048 positions. */
const LARGEST = 2 ** 26;

/** How far a table of float32 may be from affine, as a share of its largest entry: what rounding slope · position costs. */
const ROUNDING = 2 ** -21;

/** A table seen as numbers by head, query and key; an axis that the table does not have counts 1. */
interface Table {
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly at: (head: number, query: number, key: number) => number;
}

/**
 * The form of a constant: one number for each head, or a table over positions that an exporter has computed ahead. Tables
 * are checked entry by entry, where the key is not after the query. `undefined` for anything else.
 *
 * @param roles of its axes, as many as it has
 */
export function constantForm(tensor: Tensor, roles: readonly AxisRole[]): PositionForm | undefined {
  const table = tableOf(tensor, roles);
  if (table === undefined) return undefined;
  const { heads, queries, keys, at } = table;
  const byHead = <T>(read: (head: number) => T) => Array.from({ length: heads }, (_, head) => read(head));
  const form = { dataType: tensor.dataType, emit: emitRows(tensor, roles) };
  if (queries === 1 && keys === 1) {
    const samples = byHead((head) => Float64Array.of(at(head, 0, 0)));
    return { ...form, samples, steps: { query: byHead(() => 0), key: byHead(() => 0) } };
  }
  const hidden = hiddenNumber(table);
  const shared = hidden === undefined ? form : { ...form, hidden };
  const steps = affineSteps(table);
  if (steps !== undefined) {
    const samples = byHead((head) => DISTANCES.map((d) => at(head, 0, 0) + d * (steps.query[head] ?? 0)));
    return { ...shared, steps, samples: samples.map((sample) => Float64Array.from(sample)) };
  }
  if (!isToeplitz(table)) return undefined;
  const samples = byHead((head) =>
    Float64Array.from(DISTANCES, (d) => (d < queries ? at(head, d, 0) : Number.NaN)),
  );
  return { ...shared, steps: undefined, samples };
}

function tableOf(tensor: Tensor, roles: readonly AxisRole[]): Table | undefined {
  const { dims } = tensor;
  const extents = { batch: 1, head: 1, query: 1, key: 1, one: 1 };
  const strides = { batch: 0, head: 0, query: 0, key: 0, one: 0 };
  let stride = 1;
  for (let axis = dims.length - 1; axis >= 0; axis -= 1) {
    const [extent, role] = [dims[axis] ?? 1, roles[axis]];
    if (extent !== 1) {
      if (role === undefined || role === 'batch' || role === 'one' || extents[role] !== 1) return undefined;
      extents[role] = extent;
      strides[role] = stride;
    }
    stride *= extent;
  }
  if (stride === 0 || stride > LARGEST || !(tensor.isFloat || /^u?int|^bool$/.test(tensor.dataType)))
    return undefined;
  const numbers = tensor.numbers();
  const at = (head: number, query: number, key: number) =>
    numbers[head * strides.head + query * strides.query + key * strides.key] ?? Number.NaN;
  return { heads: extents.head, queries: extents.query, keys: extents.key, at };
}

/** Calls `visit` for every entry whose key is not after the query, until it returns false. */
function everyVisible(
  { heads, queries, keys }: Table,
  visit: (head: number, query: number, key: number) => boolean,
): boolean {
  const isSquare = queries > 1 && keys > 1;
  for (let head = 0; head < heads; head += 1) {
    for (let query = 0; query < queries; query += 1) {
      const end = isSquare ? Math.min(keys, query + 1) : keys;
      for (let key = 0; key < end; key += 1) if (!visit(head, query, key)) return false;
    }
  }
  return true;
}

function affineSteps(table: Table): { query: number[]; key: number[] } | undefined {
  const { heads, queries, keys, at } = table;
  const isSquare = queries > 1 && keys > 1;
  const last = isSquare ? Math.min(queries, keys) - 1 : 0;
  const query: number[] = [];
  const key: number[] = [];
  const limits: number[] = [];
  for (let head = 0; head < heads; head += 1) {
    const origin = at(head, 0, 0);
    const down = queries > 1 ? (at(head, queries - 1, 0) - origin) / (queries - 1) : 0;
    // Of a square table only the lower triangle counts, so the step along keys is read off its longest row.
    const right = isSquare
      ? (at(head, last, last) - at(head, last, 0)) / last
      : keys > 1
        ? (at(head, 0, keys - 1) - origin) / (keys - 1)
        : 0;
    query.push(down);
    key.push(right);
    limits.push(ROUNDING * (Math.abs(origin) + Math.abs(down) * queries + Math.abs(right) * keys));
  }
  const isAffine = everyVisible(table, (head, i, j) => {
    const expected = at(head, 0, 0) + i * (query[head] ?? 0) + j * (key[head] ?? 0);
    return Math.abs(at(head, i, j) - expected) <= (limits[head] ?? 0);
  });
  return isAffine ? { query, key } : undefined;
}

function isToeplitz(table: Table): boolean {
  if (table.queries === 1 || table.keys === 1) return false;
  return everyVisible(
    table,
    (head, query, key) => table.at(head, query, key) === table.at(head, query - key, 0),
  );
}

/** The one number above the diagonal of a table over queries and keys. */
function hiddenNumber({ heads, queries, keys, at }: Table): number | undefined {
  if (queries === 1 || keys === 1) return undefined;
  const hidden = at(0, 0, 1);
  for (let head = 0; head < heads; head += 1) {
    for (let query = 0; query < queries; query += 1) {
      for (let key = query + 1; key < keys; key += 1) if (at(head, query, key) !== hidden) return undefined;
    }
  }
  return hidden;
}

/** Emits the column of key 0, as many rows as asked for. */
function emitRows(tensor: Tensor, roles: readonly AxisRole[]) {
  return (b: GraphBuilder, count: Value): Value => {
    const { dims } = tensor;
    const key = dims.findIndex((extent, axis) => extent > 1 && roles[axis] === 'key');
    const query = dims.findIndex((extent, axis) => extent > 1 && roles[axis] === 'query');
    const column = key < 0 ? tensor : firstAlong(tensor, key);
    const rows = b.constant(column);
    return query < 0 ? rows : b.op('Slice', [rows, b.int64([0]), count, b.int64([query])]);
  };
}

/** The first slice along an axis, which stays as an axis of one. */
function firstAlong(tensor: Tensor, axis: number): Tensor {
  const extent = tensor.dims[axis] ?? 1;
  const dims = tensor.dims.map((each, index) => (index === axis ? 1 : each));
  const bytes = tensor.bytes();
  const inner = tensor.dims.slice(axis + 1).reduce((product, each) => product * each, 1);
  const chunk = (bytes.byteLength / tensor.size) * inner;
  const outer = tensor.size / (inner * extent);
  const first = new Uint8Array(outer * chunk);
  for (let index = 0; index < outer; index += 1) {
    const start = index * extent * chunk;
    first.set(bytes.subarray(start, start + chunk), index * chunk);
  }
  return Tensor.fromBytes(tensor.dataType, dims, first);
}
