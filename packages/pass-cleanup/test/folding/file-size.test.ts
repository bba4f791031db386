import { Tensor, writeModelBytes } from '@sentei/ir';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeBytes, tensorBytes } from '../../src/folding/file-size.ts';
import { initializer, node, tinyModel } from '../support/tiny.ts';

const name = fc.string({ minLength: 1, maxLength: 40 });

describe('file size', () => {
  it('of an initializer lies between its bounds', () => {
    const dims = fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 4 });
    fc.assert(
      fc.property(dims, name, (shape, label) => {
        const model = tinyModel({ x: [1] }, (b, [x]) => [b.op('Abs', [x ?? null])]);
        const before = writeModelBytes(model).length;
        const size = shape.reduce((product, dim) => product * dim, 1);
        const tensor = Tensor.floats(new Float32Array(size), shape);
        initializer(model.graph, label, tensor);
        const value = [...model.graph.initializers][0];
        const grown = writeModelBytes(model).length - before;
        expect(tensorBytes(tensor, value?.name ?? '', 1)).toBeLessThanOrEqual(grown);
        expect(tensorBytes(tensor, value?.name ?? '', 5) + 8).toBeGreaterThanOrEqual(grown);
      }),
      { numRuns: 50 },
    );
  });

  it('of a node is no more than what it takes', () => {
    fc.assert(
      fc.property(name, name, fc.array(fc.bigInt({ min: 0n, max: 99n })), (label, key, value) => {
        const model = tinyModel({ x: [1] }, (b, [x]) => [b.op('Abs', [x ?? null])]);
        const before = writeModelBytes(model).length;
        const added = node(
          model.graph,
          'Squeeze',
          [model.graph.inputs[0] ?? null],
          [['axes', { kind: 'ints', value }]],
        );
        added.name = label;
        added.metadataProps.set(key, label);
        expect(nodeBytes(added)).toBeLessThanOrEqual(writeModelBytes(model).length - before);
      }),
      { numRuns: 50 },
    );
  });
});
