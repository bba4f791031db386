import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeModel } from '../../src/codec/wire.ts';
import { modelBytes } from '../../src/testing/index.ts';

test('among the files there is everything that IR version 14 has', () => {
  const models = fc.sample(modelBytes(), { numRuns: 1200, seed: 11 }).map(decodeModel);
  const graphs = models.flatMap(({ graph }) => graph ?? []);
  const nodes = graphs.flatMap(({ node }) => node ?? []);
  const attributes = nodes.flatMap(({ attribute }) => attribute ?? []);
  const kinds = new Set(attributes.map(({ type }) => type));
  for (const kind of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
    expect(kinds, `kind ${kind}`).toContain(kind);
  const tensors = [
    ...graphs.flatMap(({ initializer }) => initializer ?? []),
    ...attributes.flatMap(({ t }) => t ?? []),
  ];
  expect(new Set(tensors.map(({ dataType }) => dataType)).size).toBe(28);
  expect(nodes.some((node) => (node.deviceConfigurations ?? []).length > 0)).toBe(true);
  expect(nodes.some((node) => node.$unknowns !== undefined)).toBe(true);
  expect(graphs.some((graph) => (graph.sparseInitializer ?? []).length > 0)).toBe(true);
  expect(graphs.some((graph) => (graph.quantizationAnnotation ?? []).length > 0)).toBe(true);
  expect(models.some(({ functions }) => (functions ?? []).some(({ overload }) => overload === 'v2'))).toBe(
    true,
  );
  expect(models.some(({ trainingInfo }) => (trainingInfo ?? []).some((info) => 'algorithm' in info))).toBe(
    true,
  );
  const types = graphs.flatMap(({ input }) => (input ?? []).flatMap(({ type }) => Object.keys(type ?? {})));
  for (const kind of [
    'tensorType',
    'sequenceType',
    'mapType',
    'optionalType',
    'sparseTensorType',
    'opaqueType',
  ]) {
    expect(types).toContain(kind);
  }
});
