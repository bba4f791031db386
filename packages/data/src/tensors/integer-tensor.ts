import { type HostTensor, hostTensor } from './host-tensor.ts';

/** Element types of tokens. */
export const INTEGER_TYPES = ['int64', 'int32'] as const;
/** An element type of tokens. */
export type IntegerType = (typeof INTEGER_TYPES)[number];

/** A vector of integers of 32 bits in either type. */
export function integerTensor(type: IntegerType, values: ArrayLike<number>): HostTensor {
  if (type === 'int32') return hostTensor('int32', [values.length], Int32Array.from(values));
  const data = new BigInt64Array(values.length);
  for (let index = 0; index < values.length; index++) data[index] = BigInt(values[index] ?? 0);
  return hostTensor('int64', [values.length], data);
}
