import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Graph, Model, tensorType, type ValueType } from '../../src/index.ts';
import { feedsFor, makeFeeds } from '../../src/testing/index.ts';
import { codeOf } from '../support/code-of.ts';

function modelOf(types: Readonly<Record<string, ValueType>>): Model {
  const graph = new Graph('inputs');
  for (const [name, type] of Object.entries(types)) graph.inputs.push(graph.newValue(name, type));
  return new Model(graph, [['', 20]]);
}

test('every input gets a tensor of its type, open axes of the same extent', () => {
  const model = modelOf({
    x: tensorType('float16', ['n', 2]),
    i: tensorType('int64', ['n']),
    b: tensorType('bool', []),
  });
  fc.assert(
    fc.property(feedsFor(model), (feeds) => {
      const [rows] = feeds.get('x')?.dims ?? [];
      expect(feeds.get('x')?.dims).toEqual([rows, 2]);
      expect(feeds.get('i')?.dims).toEqual([rows]);
      expect(
        feeds
          .get('i')
          ?.bigints()
          .every((index) => index >= 0n && index < 3n),
      ).toBe(true);
      expect([0, 1]).toContain(feeds.get('b')?.numbers()[0]);
    }),
  );
  expect(makeFeeds(model, 2, 5)).toEqual(makeFeeds(model, 2, 5));
});

test('inputs that nothing is known to feed are refused', async () => {
  for (const type of [
    tensorType('string', [1]),
    tensorType('float32'),
    { kind: 'sequence', element: tensorType('float32') } as const,
  ]) {
    expect(await codeOf(() => makeFeeds(modelOf({ s: type }), 1, 0))).toBe('unsupported-model');
  }
});
