import { type CarriedState, readModel, writeModel } from '@sentei/ir';
import { ACP_DEFAULTS, type DecodedAttention, toDecoder } from '@sentei/pass-acp';
import type { Listener } from '../progress.ts';
import { refuseOverwriting } from '../refuse-overwriting.ts';

/** What `sentei decoder` is told. */
export interface MakeDecoderOptions {
  readonly model: string;
  readonly out: string;
  /** Whether keys leave the cache that no later query can reach. */
  readonly evict?: boolean | undefined;
  /** Largest share of a row's attention that keys left out may get. */
  readonly epsilon?: number | undefined;
  readonly cache: 'float32' | 'float16';
  /** What comes out of keys and values: the rows that are new, or all of them. */
  readonly returns: 'rows' | 'whole';
  readonly listener: Listener;
}

/** A decoder that was written. */
export interface MadeDecoder {
  readonly model: string;
  readonly out: string;
  /** 0 where all keys stay. */
  readonly epsilon: number;
  readonly cache: 'float32' | 'float16';
  readonly returns: 'rows' | 'whole';
  readonly attention: readonly DecodedAttention[];
  readonly states: readonly CarriedState[];
}

/**
 * Makes a decoder of a model file.
 *
 * @throws SenteiError as `readModel`, `toDecoder` and `writeModel`
 */
export async function makeDecoder(options: MakeDecoderOptions): Promise<MadeDecoder> {
  const { model: path, out, evict, cache, returns, listener } = options;
  await refuseOverwriting(out, [path]);
  const model = await readModel(path);
  const epsilon = evict ? (options.epsilon ?? ACP_DEFAULTS.epsilon) : 0;
  const { attention, states } = toDecoder(model, { epsilon, cache, returns });
  for (const { node, reason } of attention) {
    if (reason !== undefined) listener.warn(`${node} keeps all keys: ${reason}`);
  }
  await writeModel(model, out);
  return { model: path, out, epsilon, cache, returns, attention, states };
}

/** A few lines about a decoder. */
export function drawDecoder({ out, epsilon, cache, attention, states }: MadeDecoder): string {
  const forgetting = attention.filter(({ forgets }) => forgets).length;
  const what =
    epsilon === 0
      ? 'all keys stay in the cache'
      : `${forgetting} of ${attention.length} leave out keys that get less than ${epsilon} of any later row`;
  return [
    `${out}: ${attention.length} attention layers, ${states.length} states, keys and values in ${cache}`,
    what,
    '',
  ].join('\n');
}
