import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readModelBytes, Tensor, type Value, writeModelBytes } from '@sentei/ir';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { equalTensors, tensorKey } from '../../src/duplicates/equal-tensors.ts';
import { initializer, tinyModel } from '../support/tiny.ts';

const folder = mkdtempSync(join(tmpdir(), 'sentei-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('tensors', () => {
  it('share a key and are equal exactly when type, shape and bytes are', () => {
    const values = fc.array(fc.float(), { minLength: 1, maxLength: 600 });
    fc.assert(
      fc.property(values, fc.nat(), (numbers, at) => {
        const [a, b] = [Tensor.floats(numbers), Tensor.floats(numbers)];
        expect(tensorKey(a)).toBe(tensorKey(b));
        expect(equalTensors(a, b)).toBe(true);
        const changed = [...numbers];
        changed[at % numbers.length] = Object.is(numbers[at % numbers.length], 7) ? 8 : 7;
        expect(equalTensors(a, Tensor.floats(changed))).toBe(false);
      }),
    );
  });

  it('differ in key by type and shape, and in bytes by the sign of zero', () => {
    expect(tensorKey(Tensor.floats([1, 2]))).not.toBe(tensorKey(Tensor.floats([1, 2], [2, 1])));
    expect(tensorKey(Tensor.floats([1], [1], 'float16'))).not.toBe(tensorKey(Tensor.floats([1])));
    expect(equalTensors(Tensor.floats([0]), Tensor.floats([-0]))).toBe(false);
  });

  it('without bytes are not comparable', () => {
    expect(tensorKey(Tensor.floats([]))).toBeUndefined();
  });

  it('in large external ranges are compared by place, without reading them', () => {
    const size = 1 << 19;
    const [a, b, c] = externals([0, 0, 4 * size], size);
    expect(a && tensorKey(a)).toBe(b && tensorKey(b));
    expect(a && tensorKey(a)).not.toBe(c && tensorKey(c));
    expect(a && b && equalTensors(a, b)).toBe(true);
    expect(a && c && equalTensors(a, c)).toBe(false);
  });

  it('in small external ranges are read', () => {
    writeFileSync(join(folder, 'weights.bin'), new Uint8Array(64));
    const [a, b] = externals([0, 32], 8);
    expect(a && b && equalTensors(a, b)).toBe(true);
  });
});

/** Float tensors of `size` elements at offsets of a file that need not exist. */
function externals(offsets: readonly number[], size: number): Tensor[] {
  const model = tinyModel({ x: [1] }, (b, [x]) => [b.op('Abs', [x ?? null])]);
  for (const [i, offset] of offsets.entries()) {
    const entries = { location: 'weights.bin', offset: `${offset}`, length: `${4 * size}` };
    const external = Tensor.fromExternal('float32', [size], entries, folder);
    initializer(model.graph, `w${i}`, external);
  }
  const read = readModelBytes(writeModelBytes(model), { folder });
  return [...read.graph.initializers].flatMap((value: Value) => value.tensor ?? []);
}
