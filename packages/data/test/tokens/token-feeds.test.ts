import { expect, test } from 'vitest';
import { tokenFeeds } from '../../src/tokens/token-feeds.ts';

test("every part goes to the input that takes it, in that input's type", () => {
  const feeds = tokenFeeds(
    { ids: [7, 8, 9], types: [0, 0, 1] },
    {
      input_ids: { name: 'a', type: 'int64' },
      attention_mask: { name: 'b', type: 'int32' },
      token_type_ids: { name: 'c', type: 'int32' },
      position_ids: { name: 'd', type: 'int32' },
    },
  );
  expect(
    Object.entries(feeds).map(([name, { type, data }]) => [name, type, Array.from(data, Number)]),
  ).toEqual([
    ['a', 'int64', [7, 8, 9]],
    ['b', 'int32', [1, 1, 1]],
    ['c', 'int32', [0, 0, 1]],
    ['d', 'int32', [0, 1, 2]],
  ]);
});

test('parts without an input are left out', () => {
  expect(
    Object.keys(tokenFeeds({ ids: [1], types: [0] }, { input_ids: { name: 'x', type: 'int64' } })),
  ).toEqual(['x']);
});
