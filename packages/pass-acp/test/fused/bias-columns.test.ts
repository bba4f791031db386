import { Graph, GraphBuilder, Model, tensorType, Value } from '@sentei/ir';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  biasParts,
  columnCount,
  keyColumns,
  type ProductPrecision,
  queryColumns,
} from '../../src/fused/bias-columns.ts';
import { runModel } from '../support/run-model.ts';

/** Columns of queries and keys, after one another, for sums x [1, L, 1, 1]. */
function columnsModel(scale: number, precision: ProductPrecision): Model {
  const x = new Value('x', tensorType('float32', [1, 'length', 1, 1]));
  const graph = new Graph('main', [x]);
  const b = new GraphBuilder(graph);
  const sums = b.op('Cast', [x], { attributes: { to: 11n } });
  const length = b.op('Shape', [x], { attributes: { start: 1n, end: 2n } });
  const parts = biasParts(b, sums, length, scale, precision);
  const both = [queryColumns(b, parts, precision), keyColumns(b, parts, undefined, precision)];
  const y = b.op('Cast', [b.op('Concat', both, { attributes: { axis: 0n } })], { attributes: { to: 1n } });
  y.name = 'y';
  y.type = tensorType('float32');
  graph.setOutputs([y]);
  return new Model(graph, [['', 18]]);
}

test.each([
  ['float16', 2 ** -13],
  ['float32', 2 ** -17],
] as const)(
  'products of columns in %s are differences of sums, up to the finest step',
  async (precision, step) => {
    const sums = fc.array(fc.double({ min: 0, max: 1e7, noNaN: true }), { minLength: 2, maxLength: 12 });
    const width = columnCount(precision);
    await fc.assert(
      fc.asyncProperty(sums, fc.constantFrom(1, 0.125, 1 / Math.sqrt(80)), async (sizes, scale) => {
        const c = Float32Array.from(sizes, (size) => -size);
        const feed = { data: c, dims: [1, c.length, 1, 1] };
        const columns = await runModel(columnsModel(scale, precision), { x: feed });
        const product = (i: number, j: number, from: number, to: number) => {
          let sum = 0;
          for (let n = from; n < to; n++)
            sum += (columns[i * width + n] ?? 0) * (columns[(c.length + j) * width + n] ?? 0);
          return sum;
        };
        for (let i = 0; i < c.length; i++) {
          for (let j = 0; j < c.length; j++) {
            const exact = ((c[i] ?? 0) - (c[j] ?? 0)) / scale;
            expect(Math.abs(product(i, j, 0, width) - exact)).toBeLessThanOrEqual(
              step + 1e-15 * Math.abs(exact),
            );
            // What tensor cores add up first has no fine part.
            if (precision === 'float16') expect(product(i, j, 0, 16) % 2 ** 9).toBeCloseTo(0, 12);
          }
        }
      }),
      { numRuns: 25, seed: 3 },
    );
  },
);
