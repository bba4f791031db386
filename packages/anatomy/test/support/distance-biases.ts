import { type GraphBuilder, Tensor, type Value } from '@sentei/ir';

/** Makes a bias of attention scores; `length` is an int64 [1]. */
export type MakeBias = (b: GraphBuilder, length: Value) => Value;

const scalar = (b: GraphBuilder, x: number) => b.constant(Tensor.int64([x], []));

/** 0 … length − 1, int64. */
export function positions(b: GraphBuilder, length: Value): Value {
  return b.op('Range', [scalar(b, 0), b.op('Squeeze', [length, b.int64([0])]), scalar(b, 1)]);
}

/** i − j for query i and key j, int64 [length, length]. */
export function distances(b: GraphBuilder, length: Value): Value {
  const numbers = positions(b, length);
  return b.op('Sub', [
    b.op('Unsqueeze', [numbers, b.int64([1])]),
    b.op('Unsqueeze', [numbers, b.int64([0])]),
  ]);
}

function asFloat(b: GraphBuilder, value: Value): Value {
  return b.op('Cast', [value], { attributes: { to: 1n } });
}

function perHead(b: GraphBuilder, numbers: readonly number[]): Value {
  return b.float32(numbers, [numbers.length, 1, 1]);
}

export type AlibiForm = 'keys' | 'distances' | 'absolute' | 'table' | 'last-columns';

/** ALiBi as people write it; `longest` is the size of the table of those forms that have one. */
export function alibi(slopes: readonly number[], form: AlibiForm = 'distances', longest = 512): MakeBias {
  return (b, length) => {
    if (form === 'keys') return b.op('Mul', [asFloat(b, positions(b, length)), perHead(b, slopes)]);
    if (form === 'distances')
      return b.op('Mul', [perHead(b, slopes), asFloat(b, b.op('Neg', [distances(b, length)]))]);
    if (form === 'absolute') {
      const apart = b.op('Abs', [asFloat(b, distances(b, length))]);
      return b.op('Neg', [b.op('Mul', [apart, perHead(b, slopes)])]);
    }
    if (form === 'last-columns') {
      const table = slopes.flatMap((slope) =>
        Array.from({ length: longest }, (_, j) => slope * (j + 1 - longest)),
      );
      const columns = b.float32(table, [1, slopes.length, 1, longest]);
      const ends = b.int64([Number.MAX_SAFE_INTEGER]);
      return b.op('Slice', [columns, b.op('Neg', [length]), ends, b.int64([3]), b.int64([1])]);
    }
    const table = tableOf(slopes.length, longest, (head, i, j) =>
      j > i ? Number.NEGATIVE_INFINITY : (slopes[head] ?? 0) * j,
    );
    return cutTable(b, table, length);
  };
}

/** A table of all biases up to a longest sequence, cut to the length. */
export function fixedTable(
  heads: number,
  longest: number,
  at: (head: number, distance: number) => number,
): MakeBias {
  return (b, length) =>
    cutTable(
      b,
      tableOf(heads, longest, (head, i, j) => at(head, Math.abs(i - j))),
      length,
    );
}

function tableOf(heads: number, longest: number, at: (head: number, i: number, j: number) => number): Tensor {
  const numbers = new Float32Array(heads * longest * longest);
  for (let index = 0; index < numbers.length; index += 1) {
    const j = index % longest;
    const i = Math.floor(index / longest) % longest;
    numbers[index] = at(Math.floor(index / longest ** 2), i, j);
  }
  return Tensor.floats(numbers, [heads, longest, longest]);
}

function cutTable(b: GraphBuilder, table: Tensor, length: Value): Value {
  const rows = b.op('Slice', [b.constant(table), b.int64([0]), length, b.int64([1])]);
  return b.op('Slice', [rows, b.int64([0]), length, b.int64([2])]);
}

/** T5's causal buckets: exact up to half of them, then logarithmic up to `farthest`; weights [buckets, heads]. */
export function bucketBias(weights: readonly (readonly number[])[], farthest = 64): MakeBias {
  return (b, length) => {
    const [buckets, exact] = [weights.length, Math.floor(weights.length / 2)];
    const relative = b.op('Neg', [distances(b, length)]);
    const behind = b.op('Neg', [b.op('Min', [relative, scalar(b, 0)])]);
    const ratio = b.op('Div', [asFloat(b, behind), b.float32([exact], [])]);
    const logs = b.op('Div', [b.op('Log', [ratio]), b.float32([Math.log(farthest / exact)], [])]);
    const steps = b.op('Mul', [logs, b.float32([buckets - exact], [])]);
    const large = b.op('Add', [b.op('Cast', [steps], { attributes: { to: 7n } }), scalar(b, exact)]);
    const bucket = b.op('Where', [
      b.op('Less', [behind, scalar(b, exact)]),
      behind,
      b.op('Min', [large, scalar(b, buckets - 1)]),
    ]);
    const table = b.float32(weights.flat(), [buckets, weights[0]?.length ?? 0]);
    const chosen = b.op('Gather', [table, bucket], { attributes: { axis: 0n } });
    return b.op('Unsqueeze', [
      b.op('Transpose', [chosen], { attributes: { perm: [2n, 0n, 1n] } }),
      b.int64([0]),
    ]);
  };
}

/** A learned bias for each distance up to the last one, which serves all beyond: rows of one head each. */
export function clampedTable(rows: readonly (readonly number[])[]): MakeBias {
  return (b, length) => {
    const count = rows[0]?.length ?? 0;
    const clamped = b.op('Clip', [distances(b, length), scalar(b, 0), scalar(b, count - 1)]);
    return b.op('Gather', [b.float32(rows.flat(), [rows.length, count]), clamped], {
      attributes: { axis: 1n },
    });
  };
}

/** KERPLE, logarithmic: −a · log(1 + b · (i − j)), zero for keys after the query. */
export function kerple(a: readonly number[], rate: readonly number[]): MakeBias {
  return (b, length) => {
    const lower = b.op('Trilu', [asFloat(b, distances(b, length))], { attributes: { upper: 0n } });
    const inner = b.op('Add', [b.op('Mul', [lower, perHead(b, rate)]), b.float32([1], [])]);
    return b.op('Neg', [b.op('Mul', [b.op('Log', [inner]), perHead(b, a)])]);
  };
}

/** Rotary positions: x · cos + concat(−x₂, x₁) · sin, of x [batch, heads, sequence, channels]. */
export function rotate(channels: number) {
  return (b: GraphBuilder, x: Value, length: Value): Value => {
    const half = channels / 2;
    const rates = Array.from({ length: channels }, (_, c) => 10_000 ** (-(c % half) / half));
    const angles = b.op('Mul', [
      b.op('Unsqueeze', [asFloat(b, positions(b, length)), b.int64([1])]),
      b.float32(rates),
    ]);
    const part = (from: number, to: number) =>
      b.op('Slice', [x, b.int64([from]), b.int64([to]), b.int64([3])]);
    const turned = b.op('Concat', [b.op('Neg', [part(half, channels)]), part(0, half)], {
      attributes: { axis: 3n },
    });
    return b.op('Add', [
      b.op('Mul', [x, b.op('Cos', [angles])]),
      b.op('Mul', [turned, b.op('Sin', [angles])]),
    ]);
  };
}
