import { type CarriedState, type Model, parseOptions, takeSnapshot } from '@sentei/ir';
import { z } from 'zod';
import { Conversion } from './conversion.ts';

const schema = z.strictObject({
  /** Largest share of a row's attention that keys left out of the cache may get; 0 keeps all keys. */
  epsilon: z.number().min(0).max(0.5).default(0),
  /** Element type of cached keys and values. */
  cache: z.enum(['float32', 'float16']).default('float32'),
  /**
   * What comes out of cached keys and values: the whole, as other engines take it back, or only the rows that are new, which
   * whoever runs the model puts behind those it has (`append` and `drop` of `CarriedState`), so that nothing is copied.
   */
  returns: z.enum(['whole', 'rows']).default('whole'),
  /** Most states that the heads of one attention are spread over, where keys are left out. */
  groups: z.int().min(1).max(1024).optional(),
  /** Keys are left out of a state when there are so many to leave out. */
  least: z.int().min(1).max(65_536).default(32),
});

/** Options of `toDecoder`; the schema describes each. */
export type DecoderOptions = z.input<typeof schema>;

/** Options with their defaults. */
export type ParsedOptions = z.output<typeof schema>;

/** What became of one attention. */
export interface DecodedAttention {
  /** The node it ended with. */
  readonly node: string;
  readonly heads: number;
  /** Key heads by state. */
  readonly groups: readonly (readonly number[])[];
  /** Whether keys that nothing can reach any more are left out, or why not. */
  readonly forgets: boolean;
  readonly reason: string | undefined;
}

/** A model that was made a decoder. */
export interface DecoderFacts {
  readonly attention: readonly DecodedAttention[];
  readonly states: readonly CarriedState[];
}

/**
 * Makes a causal model, [batch, sequence] tokens in, a decoder: a graph that takes any number of new tokens, at least one, and
 * states that hold what came before, and returns what the model returns for the new tokens, and the new states. Metadata says
 * which output is which input of the next run (`carriedStates` of `@sentei/ir`).
 *
 * Everything is found by structure. Forgetting attention keeps its keys, values and cumulative gates, shifts keep their last
 * rows, positions go on counting; all other operators have to keep positions apart. With `epsilon`, keys that no later query
 * can give more than that share of its attention, all of them together, leave the cache.
 *
 * @throws SenteiError `invalid-option`; `unsupported-model` naming the node that mixes positions in another way; the model is as it was then
 */
export function toDecoder(model: Model, options: DecoderOptions = {}): DecoderFacts {
  const parsed = parseOptions(schema, options);
  const restore = takeSnapshot(model);
  const { inputs, outputs } = model.graph;
  const [inputsBefore, outputsBefore] = [[...inputs], [...outputs]];
  try {
    return new Conversion(model, parsed).run();
  } catch (error) {
    inputs.splice(0, inputs.length, ...inputsBefore);
    model.graph.setOutputs(outputsBefore);
    restore();
    throw error;
  }
}
