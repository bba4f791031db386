import { hashParts } from '../../src/dataset/hashing.ts';
import type { Example } from '../../src/dataset/types.ts';
import { hostTensor } from '../../src/tensors/host-tensor.ts';

/** Examples whose contents are the given numbers, or 0 to `rows` - 1. */
export function numbered(rows: number | readonly number[], source = 'row'): Example[] {
  const values = typeof rows === 'number' ? Array.from({ length: rows }, (_, index) => index) : rows;
  return values.map((value, index) => ({
    source: `${source} ${index}`,
    hash: hashParts([`${value}`]),
    inputs: [{ x: hostTensor('float32', [1], Float32Array.of(value)) }],
    label: value,
  }));
}
