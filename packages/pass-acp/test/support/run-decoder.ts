import { type CarriedState, carriedStates, type Model, writeModelBytes } from '@sentei/ir';
import { RowBuffer } from '@sentei/runtime';
import ort from 'onnxruntime-node';
import type { Feed } from './run-model.ts';

/** Numbers in [−scale, scale], the same in every run. */
export function randomRows(batch: number, length: number, width: number, seed: number, scale = 1): Feed {
  let state = seed + 1;
  const data = Float32Array.from({ length: batch * length * width }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return scale * ((2 * state) / 2_147_483_647 - 1);
  });
  return { data, dims: [batch, length, width] };
}

function startOf({ type, start }: CarriedState, batch: number): ort.Tensor {
  const dims = start.map((extent) => (typeof extent === 'string' ? batch : extent));
  const size = dims.reduce((a, b) => a * b, 1);
  if (type === 'int64') return new ort.Tensor('int64', new BigInt64Array(size), dims);
  if (type === 'float16') return new ort.Tensor('float16', new Uint16Array(size), dims);
  return new ort.Tensor('float32', new Float32Array(size), dims);
}

/** What a decoder made of the chunks of a sequence. */
export interface Decoded {
  /** The first output for all positions, [batch, length, width] as of one run. */
  readonly rows: Float32Array;
  /** By input, as they were fed to each run and left by the last. */
  readonly states: readonly Readonly<Record<string, ort.Tensor>>[];
}

/**
 * Runs a decoder of rows in chunks of these lengths, in this process.
 *
 * @param feeds by input, [batch, length, width] or [batch, heads, length, channels]
 */
export function decodeRows(
  model: Model,
  feeds: Readonly<Record<string, Feed>>,
  lengths: readonly number[],
): Promise<Decoded> {
  const batch = Object.values(feeds)[0]?.dims[0] ?? 1;
  return decode(model, batch, lengths, (from, length) =>
    Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, rowsOf(feed, from, length)])),
  );
}

function rowsOf({ data, dims }: Feed, from: number, length: number): ort.Tensor {
  const [total = 0, width = 1] = dims.slice(-2);
  const groups = data.length / (total * width);
  const rows = Array.from({ length: groups }, (_, group) =>
    data.subarray((group * total + from) * width, (group * total + from + length) * width),
  );
  const chunk = Float32Array.from(rows.flatMap((row) => [...row]));
  return new ort.Tensor('float32', chunk, [...dims.slice(0, -2), length, width]);
}

/** Runs a decoder of bytes in chunks of these lengths, in this process. */
export function decodeBytes(model: Model, bytes: Uint8Array, lengths: readonly number[]): Promise<Decoded> {
  return decode(model, 1, lengths, (from, length) => {
    const ids = BigInt64Array.from(bytes.subarray(from, from + length), BigInt);
    return { ids: new ort.Tensor('int64', ids, [1, length]) };
  });
}

/** What the next run gets for a state, as `CarriedState` says. */
function carriedOn(
  { input, output, append, drop }: CarriedState,
  before: Readonly<Record<string, ort.Tensor>>,
  outputs: Readonly<Record<string, ort.Tensor>>,
): ort.Tensor {
  const [old, rows] = [before[input], outputs[output] as ort.Tensor];
  if (append === undefined || old === undefined) return rows;
  const dropped = drop === undefined ? 0 : Number(outputs[drop]?.data[0]);
  const buffer = new RowBuffer(hostOf(old), append);
  buffer.change(dropped, hostOf(rows));
  const { type, dims, data } = buffer.view();
  return new ort.Tensor(type as 'float32', data as Float32Array, dims);
}

function hostOf({ type, dims, data }: ort.Tensor) {
  return { type, dims, data } as ConstructorParameters<typeof RowBuffer>[0];
}

async function decode(
  model: Model,
  batch: number,
  lengths: readonly number[],
  feed: (from: number, length: number) => Record<string, ort.Tensor>,
): Promise<Decoded> {
  const session = await ort.InferenceSession.create(writeModelBytes(model), { logSeverityLevel: 3 });
  const carried = carriedStates(model);
  let state = Object.fromEntries(carried.map((each) => [each.input, startOf(each, batch)]));
  const states = [state];
  const parts: Float32Array[][] = Array.from({ length: batch }, () => []);
  let from = 0;
  try {
    for (const length of lengths) {
      const outputs = await session.run({ ...feed(from, length), ...state });
      const first = outputs[session.outputNames[0] ?? '']?.data as Float32Array;
      const size = first.length / batch;
      for (const [b, part] of parts.entries()) part.push(first.slice(b * size, (b + 1) * size));
      const before = state;
      state = Object.fromEntries(carried.map((each) => [each.input, carriedOn(each, before, outputs)]));
      states.push(state);
      from += length;
    }
  } finally {
    await session.release();
  }
  return { rows: Float32Array.from(parts.flat().flatMap((part) => [...part])), states };
}
