import { expect, test } from 'vitest';
import {
  alibi,
  clampedTable,
  distances,
  fixedTable,
  kerple,
  type MakeBias,
  rotate,
} from '../../../anatomy/test/support/distance-biases.ts';
import {
  type ForgettingOptions,
  forgettingModel,
} from '../../../anatomy/test/support/forgetting-attention.ts';
import { pruneModel } from '../support/prune-model.ts';

async function outcome(options: ForgettingOptions) {
  const [patch] = await pruneModel(forgettingModel(options));
  return patch;
}

const none: MakeBias = (b) => b.float32([0], []);

test.each([
  [{ bias: () => undefined }, /nothing to prune: no forget bias and no bias that falls with the distance$/],
  [{ bias: () => undefined, turn: rotate(8) }, /nothing to prune.*rotary positions alone bound nothing/],
  [{ bias: alibi([0.5, -0.1]) }, /nothing to prune: the bias grows with the distance \(by 0\.1.* a key\)/],
  [{ bias: alibi([0, 0]) }, /nothing to prune: no forget bias and no bias that falls/],
  [
    {
      bias: clampedTable([
        [0, -3, -9],
        [0, -1, -2],
      ]),
    },
    /nothing to prune: the bias falls by at most 9\.0, and 10\.0 is needed/,
  ],
  [{ bias: alibi([1, 1, 1]), heads: 2 }, /operands|slopes|heads/],
  [{ bias: alibi([0.5, 1]), mask: 'none' }, /no causal mask/],
  // Every key of the past has less than what takes the place of the keys to come.
  [
    { bias: fixedTable(2, 99, (_, distance) => -20_000 - distance ** 2), fill: -1e4 },
    /fill -10000 does not rule out/,
  ],
] satisfies [ForgettingOptions, RegExp][])('refuses %o and says why', async (options, reason) => {
  const patch = await outcome(options);
  expect(patch?.decision).toBe('refused');
  expect(patch?.reason).toMatch(reason);
});

test('one slope for all heads is read off what is added for each position', async () => {
  const bias: MakeBias = (b, length) =>
    b.op('Mul', [
      b.op('Cast', [b.op('Neg', [distances(b, length)])], { attributes: { to: 1n } }),
      b.float32([0.5], []),
    ]);
  const patch = await outcome({ bias, gain: 1 });
  expect([patch?.decision, patch?.scores.windowOfHead1]).toEqual(['applied', 51]);
});

test('a bias that is the same everywhere counts as none', async () => {
  expect((await outcome({ bias: none }))?.reason).toMatch(/nothing to prune/);
});

test.each([
  ['slopes', alibi([1, 0.01]), [26, 2538]],
  ['a table', kerple([20, 4], [1, 0.01]), [3, 16_384]],
  ['a table of a fixed size', fixedTable(2, 300, (head, distance) => -(head + 1) * distance), [26, 13]],
] satisfies [string, MakeBias, number[]][])(
  'tells the window of each head of %s',
  async (_, bias, windows) => {
    const patch = await outcome({ bias, gain: 1 });
    expect(patch?.decision).toBe('applied');
    expect([patch?.scores.windowOfHead0, patch?.scores.windowOfHead1]).toEqual(windows);
  },
);
