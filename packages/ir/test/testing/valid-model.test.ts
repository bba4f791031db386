import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inferTypes, isTensorType, readModelBytes, verify, writeModelBytes } from '../../src/index.ts';
import { makeFeeds, validModel } from '../../src/testing/index.ts';
import { ortExecutor } from '../support/ort-executor.ts';

test('ONNX Runtime runs the models, numbers stay finite, and outputs have the declared shapes', async () => {
  await fc.assert(
    fc.asyncProperty(
      validModel(),
      fc.integer({ min: 1, max: 3 }),
      fc.nat(50),
      async (model, extent, seed) => {
        expect(verify(model)).toEqual([]);
        const outputs = await ortExecutor.run(model, makeFeeds(model, extent, seed));
        for (const { name, type } of model.graph.outputs) {
          const output = outputs.get(name);
          const shape = isTensorType(type) ? type.shape : undefined;
          expect(output?.dims).toEqual(shape?.map((dim) => (typeof dim === 'number' ? dim : extent)));
          expect(output?.numbers().every(Number.isFinite)).toBe(true);
        }
      },
    ),
    { numRuns: 150 },
  );
});

test('type inference agrees with what the models declare', () => {
  fc.assert(
    fc.property(validModel(), (model) => {
      expect(inferTypes(model).conflicts).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

test('models are as from a file, shrink to one node, and are printed small', () => {
  const failed = fc.check(
    fc.property(validModel(), (model) => model.graph.inputs.length === 0),
    { seed: 1 },
  );
  const [smallest] = failed.counterexample ?? [];
  expect([...(smallest?.graph.nodes() ?? [])].length).toBeLessThanOrEqual(2);
  expect(fc.stringify(smallest)).toMatch(/^model \(onnx 18\)\n {2}inputs x:float32\[2,3\]/);
  const bytes = smallest && writeModelBytes(smallest);
  expect(bytes && writeModelBytes(readModelBytes(bytes))).toEqual(bytes);
});

test('among the models there is everything the generator promises', () => {
  const models = fc.sample(validModel(), { numRuns: 400, seed: 7 });
  const operators = new Set(models.flatMap(({ graph }) => [...graph.allNodes()].map(({ opType }) => opType)));
  const promised =
    'MatMul Reshape Transpose Concat Split Slice Gather ReduceMean Softmax LayerNormalization Cast Where Shape';
  for (const operator of `${promised} Constant If Loop Identity Clip Expand Scale Twice`.split(' ')) {
    expect(operators, operator).toContain(operator);
  }
  const dead = ({ graph }: (typeof models)[number]) =>
    [...graph.nodes()].some((node) => node.outputs.every((output) => !output.isUsed));
  expect(models.some(dead)).toBe(true);
  expect(models.some(({ graph }) => graph.inputs.length === 4)).toBe(true);
  const without = fc.sample(validModel({ controlFlow: false, maxSteps: 2 }), 200);
  expect(without.every(({ graph }) => [...graph.nodes()].length <= 13)).toBe(true);
  expect(
    without.some(({ graph }) => [...graph.nodes()].some((node) => [...node.subgraphs()].length > 0)),
  ).toBe(false);
});
