import { expect, test } from 'vitest';
import type { Batch, Example } from '../../src/dataset/types.ts';
import { unbatch } from '../../src/dataset/unbatch.ts';
import { hostTensor } from '../../src/tensors/host-tensor.ts';

const x = (...row: number[]) => hostTensor('float32', [row.length], Float32Array.from(row));
const example = (...row: number[]): Example => ({
  source: `${row}`,
  hash: `${row}`,
  inputs: [{ x: x(...row) }],
});
const batch: Batch = {
  examples: [example(1, 2), example(3)],
  rows: [
    { example: 0, set: 0 },
    { example: 1, set: 0 },
  ],
  feeds: { x: hostTensor('float32', [2, 2], Float32Array.of(1, 2, 3, 0)) },
};
const y = hostTensor('float32', [2, 2, 2], Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));

test('outputs keep the padded size when no signature tells their axes', () => {
  expect(unbatch(batch, { y }).map((own) => [own.y?.dims, ...(own.y?.data ?? [])])).toEqual([
    [[2, 2], 1, 2, 3, 4],
    [[2, 2], 5, 6, 7, 8],
  ]);
});

test('an axis with the symbol of a padded axis is cut, another one of the same size is not', () => {
  const inputs = [{ name: 'x', dims: ['batch', 'sequence'] }];
  const outputs = [{ name: 'y', dims: ['batch', 'sequence', 2] }];
  const right = unbatch(batch, { y }, { signature: { inputs, outputs } });
  expect(right[1]?.y).toEqual(hostTensor('float32', [1, 2], Float32Array.of(5, 6)));
  const left = unbatch(batch, { y }, { signature: { inputs, outputs }, side: 'left' });
  expect(left[1]?.y).toEqual(hostTensor('float32', [1, 2], Float32Array.of(7, 8)));
});

test('a symbol that two inputs of a row contradict cuts nothing', () => {
  const torn = {
    ...batch,
    examples: batch.examples.map((each) => ({ ...each, inputs: [{ x: x(1), z: x(1, 2) }] })),
  };
  const inputs = ['x', 'z'].map((name) => ({ name, dims: ['batch', 'sequence'] }));
  const outputs = [{ name: 'y', dims: ['batch', 'sequence', 2] }];
  expect(unbatch(torn, { y }, { signature: { inputs, outputs } })[0]?.y?.dims).toEqual([2, 2]);
});

test('an output without the batch axis cannot be divided', () => {
  const loss = hostTensor('float32', [], Float32Array.of(1));
  expect(() => unbatch(batch, { loss })).toThrow(
    expect.objectContaining({ code: 'invalid-data', subject: "output 'loss'" }),
  );
});
