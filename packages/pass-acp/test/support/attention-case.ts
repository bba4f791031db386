import { type AttentionCore, DISTANCES } from '@sentei/anatomy';
import { Graph, GraphBuilder, Model, Tensor, tensorType, Value, writeModelBytes } from '@sentei/ir';
import ort from 'onnxruntime-node';
import { lowerToBlocks } from '../../src/blocks/lower-blocks.ts';
import { planBlocks } from '../../src/blocks/plan-blocks.ts';
import type { DecayingAttention, RelativeDecay } from '../../src/matching/decaying-attention.ts';

/** Sizes of an attention and what is special about it. */
export interface CaseOptions {
  readonly heads?: number;
  readonly keyHeads?: number;
  readonly channels?: number;
  readonly valueChannels?: number;
  readonly scoreBound?: number;
  readonly hasPast?: boolean;
  readonly hasPadding?: boolean;
  readonly elementType?: DecayingAttention['elementType'];
  readonly opset?: number;
  readonly block?: number;
  readonly whole?: number;
  readonly tile?: number;
  readonly epsilon?: number;
  /** A bias by head and distance in place of the gates. */
  readonly bias?: (head: number, distance: number) => number;
}

/** Distances that a bias is known for. */
const LONGEST = 512;

/** Numbers that are fed; positions of queries are the last ones of the keys. */
export interface CaseFeeds {
  readonly batch: number;
  readonly queries: number;
  readonly keys: number;
  readonly query: Float32Array;
  readonly key: Float32Array;
  readonly value: Float32Array;
  /** [batch, heads, keys] */
  readonly logGates: Float32Array;
  /** [batch, keys]: 1 for keys that may be seen. */
  readonly visible?: Uint8Array;
}

const SCALE = 0.5;
const DEFAULTS = { heads: 2, channels: 8, valueChannels: 4, block: 16, whole: 20, tile: 4, epsilon: 1e-6 };

type Sizes = typeof DEFAULTS & { readonly keyHeads: number };

function sizesOf(options: CaseOptions): Sizes {
  const sizes = { ...DEFAULTS, ...options };
  return { ...sizes, keyHeads: options.keyHeads ?? sizes.heads };
}

/** Attention lowered to blocks as a model of its own: feeds go in, [batch, heads, queries, value channels] comes out. */
export function loweredModel(options: CaseOptions): Model {
  const { heads, keyHeads, channels, valueChannels, block, whole, tile, epsilon } = sizesOf(options);
  const { elementType = 'float32', opset = 18 } = options;
  const input = (name: string, ...shape: (string | number)[]) =>
    new Value(name, tensorType('float32', shape));
  const query = input('query', 'batch', heads, 'queries', channels);
  const key = input('key', 'batch', keyHeads, 'keys', channels);
  const value = input('value', 'batch', keyHeads, 'keys', valueChannels);
  const logGates = input('logGates', 'batch', heads, 'keys');
  const visible = new Value('visible', tensorType('bool', ['batch', 'keys']));
  const inputs = [query, key, value, logGates, ...(options.hasPadding ? [visible] : [])];
  const graph = new Graph('main', inputs);
  const b = new GraphBuilder(graph);
  const to = { float32: 1n, float16: 10n, bfloat16: 16n }[elementType];
  const operand = (from: Value) => ({
    value: elementType === 'float32' ? from : b.op('Cast', [from], { attributes: { to } }),
    axes: ['batch', 'head', 'position', 'channel'] as const,
  });
  const gates = { value: logGates, axes: ['batch', 'head', 'position'] as const };
  const attention: DecayingAttention = {
    core: { zeroesUndefinedRows: false } as AttentionCore,
    query: operand(query),
    key: operand(key),
    value: operand(value),
    heads,
    keyHeads,
    channels,
    valueChannels,
    scale: SCALE,
    decay: options.bias
      ? tableDecay(options.bias, heads)
      : { kind: 'gates', cumulative: gates, logGates: gates },
    padding: options.hasPadding ? () => visible : undefined,
    hasPast: options.hasPast ?? false,
    scoreBound: options.scoreBound,
    elementType,
    length: undefined,
    finish: (_, output) => output,
  };
  const length = b.op('Slice', [b.op('Shape', [query]), b.int64([2]), b.int64([3])]);
  const plan = planBlocks(b, length, { block, whole });
  const lowered = lowerToBlocks(b, attention, plan, { tile, epsilon, opset, block });
  const output = b.op('Cast', [lowered], { attributes: { to: 1n } });
  output.type = tensorType('float32', ['batch', heads, 'queries', valueChannels]);
  graph.setOutputs([output]);
  return new Model(graph, [['', opset]], 10);
}

function tableDecay(bias: NonNullable<CaseOptions['bias']>, heads: number): RelativeDecay {
  const table = Float32Array.from({ length: heads * LONGEST }, (_, i) =>
    bias(Math.floor(i / LONGEST), i % LONGEST),
  );
  return {
    kind: 'relative',
    samples: Array.from({ length: heads }, (_, head) =>
      Float64Array.from(DISTANCES, (distance) => bias(head, distance)),
    ),
    table: (b, count) =>
      b.op('Slice', [b.constant(Tensor.floats(table, [heads, LONGEST])), b.int64([0]), count, b.int64([1])]),
  };
}

/** Runs a model many times. */
export async function openCase(options: CaseOptions) {
  const { heads, keyHeads, channels, valueChannels } = sizesOf(options);
  const session = await ort.InferenceSession.create(writeModelBytes(loweredModel(options)), {
    logSeverityLevel: 3,
  });
  const run = async (feeds: CaseFeeds): Promise<Float32Array> => {
    const { batch, queries, keys } = feeds;
    const tensors = {
      query: new ort.Tensor('float32', feeds.query, [batch, heads, queries, channels]),
      key: new ort.Tensor('float32', feeds.key, [batch, keyHeads, keys, channels]),
      value: new ort.Tensor('float32', feeds.value, [batch, keyHeads, keys, valueChannels]),
      logGates: new ort.Tensor('float32', feeds.logGates, [batch, heads, keys]),
      ...(options.hasPadding && {
        visible: new ort.Tensor('bool', feeds.visible ?? new Uint8Array(batch * keys).fill(1), [batch, keys]),
      }),
    };
    const outputs = await session.run(tensors);
    return outputs[session.outputNames[0] ?? '']?.data as Float32Array;
  };
  return { run, close: () => session.release() };
}

/** Numbers in [−scale, scale], and gates that `gate` makes of a number in [0, 1) and the position. */
export function caseFeeds(
  options: CaseOptions,
  given: {
    readonly batch?: number;
    readonly queries: number;
    readonly keys?: number;
    readonly scale?: number;
    readonly seed?: number;
    readonly gate: (random: number, position: number, head: number) => number;
    readonly visible?: (position: number, sequence: number) => boolean;
  },
): CaseFeeds {
  const { heads, keyHeads, channels, valueChannels } = sizesOf(options);
  const { batch = 1, queries, keys = queries, scale = 1 } = given;
  let state = (given.seed ?? 1) * 7919 + 1;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const floats = (count: number, size: number) =>
    Float32Array.from({ length: count }, () => size * (2 * random() - 1));
  return {
    batch,
    queries,
    keys,
    query: floats(batch * heads * queries * channels, scale),
    key: floats(batch * keyHeads * keys * channels, scale),
    value: floats(batch * keyHeads * keys * valueChannels, 1),
    logGates: Float32Array.from({ length: batch * heads * keys }, (_, i) =>
      given.gate(random(), i % keys, Math.floor(i / keys) % heads),
    ),
    ...(given.visible && {
      visible: Uint8Array.from({ length: batch * keys }, (_, i) =>
        given.visible?.(i % keys, Math.floor(i / keys)) ? 1 : 0,
      ),
    }),
  };
}

/**
 * The largest difference from attention in float64, over every `step`-th query. D is summed up from the row's own key back,
 * so that shut gates need no care.
 */
export function worstError(
  options: CaseOptions,
  feeds: CaseFeeds,
  output: Float32Array,
  step = 1,
): { readonly absolute: number; readonly relative: number } {
  const { heads, keyHeads, channels, valueChannels } = sizesOf(options);
  const { batch, queries, keys, visible } = feeds;
  let [absolute, squares, of] = [0, 0, 0];
  const expected = new Float64Array(valueChannels);
  const scores = new Float64Array(keys);
  for (let group = 0; group < batch * heads; group++) {
    const sequence = Math.floor(group / heads);
    const keyGroup = sequence * keyHeads + Math.floor(((group % heads) * keyHeads) / heads);
    for (let row = queries - 1; row >= 0; row -= step) {
      const own = keys - queries + row;
      let [fall, largest] = [0, Number.NEGATIVE_INFINITY];
      for (let key = own; key >= 0; key--) {
        let dot = 0;
        for (let channel = 0; channel < channels; channel++) {
          dot +=
            (feeds.query[(group * queries + row) * channels + channel] ?? 0) *
            (feeds.key[(keyGroup * keys + key) * channels + channel] ?? 0);
        }
        const isSeen = visible === undefined || visible[sequence * keys + key] === 1;
        const added = options.bias ? options.bias(group % heads, own - key) : fall;
        scores[key] = isSeen ? SCALE * dot + added : Number.NEGATIVE_INFINITY;
        largest = Math.max(largest, scores[key] ?? 0);
        fall += feeds.logGates[group * keys + key] ?? 0;
      }
      expected.fill(0);
      let total = 0;
      for (let key = 0; key <= own && largest > Number.NEGATIVE_INFINITY; key++) {
        const weight = Math.exp((scores[key] ?? 0) - largest);
        total += weight;
        for (let channel = 0; channel < valueChannels; channel++) {
          expected[channel] =
            (expected[channel] ?? 0) +
            weight * (feeds.value[(keyGroup * keys + key) * valueChannels + channel] ?? 0);
        }
      }
      for (let channel = 0; channel < valueChannels; channel++) {
        const wanted = total === 0 ? 0 : (expected[channel] ?? 0) / total;
        const found = output[(group * queries + row) * valueChannels + channel] ?? Number.NaN;
        const difference = Number.isFinite(found) ? Math.abs(found - wanted) : Number.POSITIVE_INFINITY;
        absolute = Math.max(absolute, difference);
        squares += difference ** 2;
        of += wanted ** 2;
      }
    }
  }
  return { absolute, relative: Math.sqrt(squares / of) };
}
