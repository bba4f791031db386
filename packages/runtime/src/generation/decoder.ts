import { ARRAY_OF, elementCount, type Feeds, type HostTensor, hostTensor } from '@sentei/data';
import { type CarriedState, carriedStates, readModel, SenteiError } from '@sentei/ir';
import { toNumbers } from '../metrics/to-numbers.ts';
import type { Engine, LoadOptions } from '../process/engine.ts';
import { MAXIMUM_MESSAGE_BYTES, type ValueSignature } from '../process/protocol.ts';
import type { Session } from '../process/session.ts';

/** What a decoder says about the tokens of one step. */
export interface DecoderStep {
  /** Scores of the token after each token of the step, [tokens, vocabulary]; empty where they were not asked for. */
  readonly logits: ArrayLike<number>;
  /** Of the run, in the model's process. */
  readonly milliseconds: number;
  /** Bytes of the state that is kept for the next step. */
  readonly stateBytes: number;
}

/**
 * A language model that reads a sequence piece by piece, loaded in a process of its own, where the state of what it has read
 * stays. Made by {@link openDecoder}.
 */
export class Decoder {
  /** The model file, as the caller named it. */
  readonly path: string;
  /** Number of tokens that there are, where the model tells. */
  readonly vocabulary: number | undefined;
  readonly #session: Session;
  readonly #states: readonly CarriedState[];
  readonly #tokens: ValueSignature;
  readonly #logits: ValueSignature;
  #position = 0;

  /** @throws SenteiError `unsupported-model` for anything but tokens, states and logits */
  constructor(session: Session, states: readonly CarriedState[]) {
    const others = session.inputs.filter(({ name }) => !states.some(({ input }) => input === name));
    const returned = session.outputs.filter(
      ({ name }) => !states.some(({ output, drop }) => output === name || drop === name),
    );
    const [tokens, logits] = [others[0], returned[0]];
    const isLanguageModel =
      others.length === 1 &&
      returned.length === 1 &&
      (tokens?.type === 'int64' || tokens?.type === 'int32') &&
      /^float/.test(logits?.type ?? '') &&
      logits?.dims?.length === 3;
    if (states.length === 0 || !isLanguageModel || !tokens || !logits) {
      const fault =
        states.length === 0 ? 'it keeps no state' : 'it does not turn tokens into scores of tokens';
      throw new SenteiError('unsupported-model', `${session.path}: not a decoder: ${fault}`, {
        subject: session.path,
        hint: 'make one of a causal language model with sentei decoder',
      });
    }
    checkStart(states, session.path);
    const last = logits.dims?.at(-1);
    this.path = session.path;
    this.vocabulary = typeof last === 'number' ? last : undefined;
    this.#session = session;
    this.#states = states;
    this.#tokens = tokens;
    this.#logits = logits;
  }

  /** How many tokens have been read since the start. */
  get position(): number {
    return this.#position;
  }

  /** Forgets all that was read. */
  reset(): void {
    this.#position = 0;
  }

  /**
   * Reads one or more tokens. After an error the state is that before the step.
   *
   * @param scores whether the logits are wanted: those of a long prompt are large
   * @throws SenteiError `invalid-data` without tokens or for tokens that there are not, else as `Session.run`
   */
  async step(tokens: ArrayLike<number>, { scores = true } = {}): Promise<DecoderStep> {
    const ids = this.#checkTokens(tokens);
    const { outputs, milliseconds, carriedBytes } = await this.#session.step({
      feeds: { [this.#tokens.name]: ids },
      carried: this.#states,
      start: this.#position === 0 ? this.#start() : undefined,
      outputs: scores ? [this.#logits.name] : [],
    });
    this.#position += tokens.length;
    const logits = outputs[this.#logits.name];
    const numbers = logits === undefined || logits.type === 'string' ? [] : toNumbers(logits);
    return { logits: numbers, milliseconds, stateBytes: carriedBytes };
  }

  /** Ends the process that holds the model. May be called twice. */
  release(): Promise<void> {
    return this.#session.release();
  }

  #checkTokens(tokens: ArrayLike<number>): HostTensor {
    const wrong = Array.from(tokens).find(
      (token) =>
        !Number.isSafeInteger(token) || token < 0 || token >= (this.vocabulary ?? Number.POSITIVE_INFINITY),
    );
    if (tokens.length === 0 || wrong !== undefined) {
      const fault = wrong === undefined ? 'a step needs a token' : `${wrong} is no token`;
      throw new SenteiError('invalid-data', `${this.path}: ${fault}`, { subject: this.path });
    }
    const dims = [1, tokens.length];
    return this.#tokens.type === 'int32'
      ? hostTensor('int32', dims, Int32Array.from(tokens))
      : hostTensor('int64', dims, BigInt64Array.from(Array.from(tokens), BigInt));
  }

  /** Zeros, of one sequence. */
  #start(): Feeds {
    return Object.fromEntries(
      this.#states.map(({ input, type, start }) => {
        const dims = startDims(start);
        const array = ARRAY_OF[type as 'float32'];
        return [input, hostTensor(type as 'float32', dims, new array(elementCount(dims)))];
      }),
    );
  }
}

/** One sequence. */
function startDims(start: CarriedState['start']): number[] {
  return start.map((extent) => (typeof extent === 'string' ? 1 : extent));
}

/** The extents are what a file says: nothing is allocated before they are looked at. */
function checkStart(states: readonly CarriedState[], path: string): void {
  let bytes = 0;
  for (const { type, start } of states) {
    const width = ARRAY_OF[type as 'float32']?.BYTES_PER_ELEMENT ?? Number.NaN;
    bytes += startDims(start).reduce((product, extent) => product * extent, width);
  }
  if (bytes <= MAXIMUM_MESSAGE_BYTES) return;
  throw new SenteiError('unsupported-model', `${path}: the states it starts with are too large`, {
    subject: path,
    hint: `they may take ${MAXIMUM_MESSAGE_BYTES} bytes together: make the decoder again from its model`,
  });
}

/**
 * Loads a model that hands a state on to itself, as `sentei decoder` makes it.
 *
 * @throws SenteiError `unsupported-model` when it is none, else as `readModel` and `Engine.load`
 */
export async function openDecoder(engine: Engine, path: string, options: LoadOptions = {}): Promise<Decoder> {
  const states = carriedStates(await readModel(path));
  const session = await engine.load(path, options);
  try {
    return new Decoder(session, states);
  } catch (error) {
    await session.release();
    throw error;
  }
}
