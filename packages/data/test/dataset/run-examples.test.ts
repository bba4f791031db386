import { SenteiError } from '@sentei/ir';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runExamples } from '../../src/dataset/run-examples.ts';
import type { Example } from '../../src/dataset/types.ts';
import { hostTensor } from '../../src/tensors/host-tensor.ts';
import { collect, listDataset } from '../support/list-dataset.ts';

test('law: unbatching what a model gives back unchanged restores every set of inputs, padded or not', async () => {
  const signature = {
    inputs: [{ name: 'x', dims: ['batch', 'rows', 'columns'] }],
    outputs: [{ name: 'x', dims: ['batch', 'rows', 'columns'] }],
  };
  const set = fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 }), fc.integer());
  const anyExamples = fc.array(fc.array(set, { minLength: 1, maxLength: 3 }), { maxLength: 6 });
  const side = fc.constantFrom('left' as const, 'right' as const);
  await fc.assert(
    fc.asyncProperty(anyExamples, fc.integer({ min: 1, max: 5 }), side, async (sizes, batch, where) => {
      const examples = sizes.map(
        (sets, index): Example => ({
          source: `${index}`,
          hash: `${index}`,
          inputs: sets.map(([rows, columns, seed]) => ({
            x: hostTensor(
              'float32',
              [rows, columns],
              Float32Array.from({ length: rows * columns }, (_, i) => seed + i),
            ),
          })),
        }),
      );
      const dataset = listDataset(examples, { values: { x: 7 }, side: where });
      const back = await collect(runExamples(dataset, async (feeds) => feeds, { batch, signature }));
      expect(back.map(({ example }) => example)).toEqual(examples);
      expect(back.map(({ outputs }) => outputs)).toEqual(examples.map(({ inputs }) => inputs));
    }),
  );
});

test('what a model refuses is told with the examples that it was given', async () => {
  const examples = ['row 1', 'row 2', 'row 3'].map(
    (source): Example => ({
      source,
      hash: source,
      inputs: [{ x: hostTensor('float32', [1], Float32Array.of(1)) }],
    }),
  );
  const refuse = (code: 'invalid-data' | 'cancelled') => async () => {
    throw new SenteiError(code, 'm.onnx: does not fit', { subject: 'm.onnx', hint: 'mend it' });
  };
  const run = (batch: number, code: 'invalid-data' | 'cancelled' = 'invalid-data') =>
    collect(runExamples(listDataset(examples), refuse(code), { batch }));
  await expect(run(1)).rejects.toMatchObject({
    code: 'invalid-data',
    message: 'm.onnx: does not fit (at row 1)',
    subject: 'm.onnx',
    hint: 'mend it',
  });
  await expect(run(3)).rejects.toThrow('(at row 1 and 2 more)');
  await expect(run(1, 'cancelled')).rejects.toThrow(/fit$/);
});
