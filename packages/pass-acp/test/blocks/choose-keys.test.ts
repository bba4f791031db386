import { writeModelBytes } from '@sentei/ir';
import ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { tapKeyRanges } from '../../src/measuring/tap-key-ranges.ts';
import { type CaseFeeds, type CaseOptions, caseFeeds, loweredModel } from '../support/attention-case.ts';

const OPTIONS = { heads: 1, channels: 8, valueChannels: 4, block: 16, whole: 16, tile: 4 } as const;

/** First keys that blocks of 16 queries visit, from the second block on. */
async function firstKeys(options: CaseOptions, { batch, queries, ...feeds }: CaseFeeds): Promise<number[]> {
  const model = loweredModel(options);
  const [tap] = tapKeyRanges(model);
  const session = await ort.InferenceSession.create(writeModelBytes(model), { logSeverityLevel: 3 });
  const tensor = (data: Float32Array, ...dims: number[]) => new ort.Tensor('float32', data, dims);
  const outputs = await session.run({
    query: tensor(feeds.query, batch, 1, queries, 8),
    key: tensor(feeds.key, batch, 1, queries, 8),
    value: tensor(feeds.value, batch, 1, queries, 4),
    logGates: tensor(feeds.logGates, batch, 1, queries),
  });
  const starts = outputs[tap?.starts ?? '']?.data as BigInt64Array;
  await session.release();
  return Array.from(starts, Number);
}

test('keys behind a shut gate are left out, and no others while gates are open', async () => {
  const shut = caseFeeds(OPTIONS, { queries: 64, gate: (_, position) => (position === 22 ? -1e4 : 0) });
  // Key 22 is the first that later rows see: its tile begins at 20.
  expect(await firstKeys(OPTIONS, shut)).toEqual([0, 20, 20]);
  expect(await firstKeys(OPTIONS, caseFeeds(OPTIONS, { queries: 64, gate: () => 0 }))).toEqual([0, 0, 0]);
});

test('what is left out follows the norms: a long key is kept longer, short ones go sooner', async () => {
  const feeds = caseFeeds(OPTIONS, { queries: 96, gate: () => -1, scale: 0.1 });
  const usual = await firstKeys(OPTIONS, feeds);
  expect(usual.at(-1)).toBeGreaterThan(48);
  const long = { ...feeds, key: feeds.key.slice() };
  // One of some ten thousand times the others' length may score hundreds more.
  long.key.fill(1000, 8 * 8, 9 * 8);
  expect((await firstKeys(OPTIONS, long)).at(-1)).toBe(8);
  const bold = await firstKeys({ ...OPTIONS, epsilon: 0.3 }, feeds);
  expect(bold.every((first, index) => first >= (usual[index] ?? 0))).toBe(true);
  expect(bold.at(-1)).toBeGreaterThan(usual.at(-1) ?? 0);
});

test('a bound from the weights changes nothing about the choice', async () => {
  const feeds = caseFeeds(OPTIONS, { queries: 96, gate: (random) => -2 * random });
  expect(await firstKeys({ ...OPTIONS, scoreBound: 5 }, feeds)).toEqual(await firstKeys(OPTIONS, feeds));
});
