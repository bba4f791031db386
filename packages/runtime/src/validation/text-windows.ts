import { createHash } from 'node:crypto';
import { type Dataset, type Example, hostTensor } from '@sentei/data';

/**
 * Windows of a text in memory that follow each other without overlap, as the one input of a byte-level language model.
 *
 * @param length bytes of a window
 */
export function textWindows(text: Uint8Array, input: string, length: number): Dataset {
  const size = Math.floor(text.length / length);
  const fingerprint = createHash('sha256').update(`${input} ${length} `).update(text).digest('hex');
  return {
    name: 'held-out text',
    size,
    fingerprint,
    async *read(from = 0, to = size, signal) {
      for (let index = Math.max(0, from); index < Math.min(to, size); index += 1) {
        signal?.throwIfAborted();
        yield windowAt(text, input, index * length, length);
      }
    },
  };
}

function windowAt(text: Uint8Array, input: string, start: number, length: number): Example {
  const bytes = text.subarray(start, start + length);
  return {
    source: `held-out text bytes ${start} to ${start + length}`,
    hash: createHash('sha256').update(bytes).digest('hex'),
    inputs: [{ [input]: hostTensor('int64', [length], BigInt64Array.from(bytes, BigInt)) }],
  };
}
