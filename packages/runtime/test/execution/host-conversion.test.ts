import { hostTensor } from '@sentei/data';
import { Tensor } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { fromHostTensor, toHostTensor } from '../../src/execution/host-conversion.ts';

describe('host conversion', () => {
  it('keeps type, shape and every bit, wherever the bytes lie', () => {
    const bytes = Uint8Array.from({ length: 25 }, (_, i) => i * 9);
    for (const [type, count] of [
      ['float32', 6],
      ['float64', 3],
      ['float16', 12],
      ['int64', 3],
      ['uint8', 24],
      ['bool', 24],
    ] as const) {
      const tensor = Tensor.fromBytes(type, [count, 1], bytes.subarray(1));
      const host = toHostTensor(tensor, 'x');
      expect([host.type, host.dims, host.data.length]).toEqual([type, [count, 1], count]);
      const back = fromHostTensor(host, 'x');
      expect([back.dataType, back.dims]).toEqual([type, [count, 1]]);
      expect(Buffer.compare(back.bytes(), tensor.bytes())).toBe(0);
    }
  });

  it('refuses what cannot be carried', () => {
    const unsupported = expect.objectContaining({ code: 'unsupported-model', subject: 'x' });
    expect(() => toHostTensor(Tensor.floats([1], [1], 'bfloat16'), 'x')).toThrowError(unsupported);
    expect(() => fromHostTensor(hostTensor('string', [1], ['a']), 'x')).toThrowError(unsupported);
  });
});
