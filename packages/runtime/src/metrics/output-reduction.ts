import { elementCount, type Feeds, type HostTensor, hostTensor } from '@sentei/data/tensors';
import { logSumExp } from './log-sum-exp.ts';
import { type NumberTensor, placeOfLargest, toNumbers } from './to-numbers.ts';

/**
 * Something that the process that holds the model computes from outputs too large to travel: the logits of a language model
 * take `vocabulary` times as much room as its tokens.
 */
export interface OutputReduction {
  readonly kind: 'next-token-loss';
  /** Output: floats [batch, sequence, vocabulary]. */
  readonly logits: string;
  /** Input: integers [batch, sequence]; each token but the first of a row is predicted from those before it. */
  readonly ids: string;
  /** Input [batch, sequence]: 0 where a token is padding, which is neither predicted nor predicted from. */
  readonly mask?: string | undefined;
}

/**
 * How well a model predicts each row of its own tokens, with the log-softmax in float64.
 *
 * @returns float64 [batch] each: `nats`, the sum of -ln p over the predicted tokens; `tokens`, their number; `correct`, how
 *   many of them had the largest logit (of equals the first)
 * @throws Error when shapes do not fit each other or a token is not in the vocabulary
 */
export function reduceOutputs(
  { logits: output, ids: input, mask }: OutputReduction,
  feeds: Feeds,
  outputs: Readonly<Record<string, HostTensor>>,
): Readonly<Record<string, HostTensor>> {
  const logits = present(outputs, output);
  const ids = present(feeds, input);
  const kept = mask === undefined ? undefined : toNumbers(present(feeds, mask));
  const [batch = 0, sequence = 0] = ids.dims;
  const vocabulary = logits.dims[2] ?? 0;
  if (ids.dims.length !== 2 || elementCount(logits.dims) !== batch * sequence * vocabulary) {
    throw new Error(`logits of shape [${logits.dims}] do not fit tokens of shape [${ids.dims}]`);
  }
  if (!['float32', 'float64', 'float16'].includes(logits.type)) {
    throw new Error(`logits of element type ${logits.type} are not scores`);
  }
  const values = toNumbers(logits);
  const tokens = toNumbers(ids);
  const rows = Array.from({ length: batch }, (_, row) => {
    const total = { nats: 0, tokens: 0, correct: 0 };
    for (let place = row * sequence + 1; place < (row + 1) * sequence; place += 1) {
      if (kept && (kept[place] === 0 || kept[place - 1] === 0)) continue;
      const token = tokens[place] ?? -1;
      if (token < 0 || token >= vocabulary) {
        throw new Error(`token ${token} is not in the vocabulary of ${vocabulary}`);
      }
      const start = (place - 1) * vocabulary;
      total.nats += logSumExp(values, start, vocabulary) - (values[start + token] ?? Number.NaN);
      total.tokens += 1;
      if (placeOfLargest(values, start, vocabulary) === token) total.correct += 1;
    }
    return total;
  });
  const column = (name: 'nats' | 'tokens' | 'correct'): HostTensor =>
    hostTensor(
      'float64',
      [batch],
      Float64Array.from(rows, (row) => row[name]),
    );
  return { nats: column('nats'), tokens: column('tokens'), correct: column('correct') };
}

function present(tensors: Readonly<Record<string, HostTensor>>, name: string): NumberTensor {
  const tensor = tensors[name];
  if (!tensor || tensor.type === 'string') throw new Error(`there are no numbers '${name}'`);
  return tensor;
}
