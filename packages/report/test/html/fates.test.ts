import { expect, test } from 'vitest';
import { historyOf } from '../../src/html/fates.ts';
import type { SubBlockFacts } from '../../src/json/types.ts';
import { passRecord, patchRecord } from '../support/report.ts';

const passes = [
  passRecord('cleanup', [patchRecord({ name: 'fold' })]),
  passRecord('collapse', [
    patchRecord({ name: 'remove', guarantee: 'empirical' }),
    patchRecord({ name: 'try', decision: 'reverted', guarantee: 'empirical' }),
    patchRecord({ name: 'no', decision: 'refused' }),
  ]),
];

function part(fields: Partial<SubBlockFacts>): SubBlockFacts {
  const facts = { kind: 'mlp', norm: 'pre', merge: 'Add a', heads: null, nodes: 9, nodesLeft: 9 };
  return { ...facts, mergeLeft: true, decisions: [], ...fields };
}

const at = (record: number, patch: number) => ({ record, patch });

test('a part without nodes and without its sum is removed', () => {
  const history = historyOf(
    part({ nodesLeft: 0, mergeLeft: false, decisions: [at(0, 0), at(1, 0)] }),
    passes,
  );
  expect(history).toMatchObject({ fate: 'removed', main: { name: 'remove' } });
  expect(history.patches.map(({ name }) => name)).toEqual(['fold', 'remove']);
});

test('a part whose sum stays is rewritten, by exact patches alone tidied up', () => {
  expect(historyOf(part({ nodesLeft: 0, decisions: [at(1, 0)] }), passes).fate).toBe('rewritten');
  expect(historyOf(part({ nodesLeft: 5, decisions: [at(0, 0)] }), passes)).toMatchObject({
    fate: 'simplified',
    main: { name: 'fold' },
  });
});

test('of a part that was kept the last refusal says most', () => {
  const history = historyOf(part({ decisions: [at(1, 1), at(1, 2)] }), passes);
  expect(history).toMatchObject({ fate: 'kept', main: { name: 'no' } });
  expect(historyOf(part({}), passes)).toEqual({ fate: 'kept', patches: [], main: undefined });
});

test('places that are not in the report are passed over', () => {
  expect(historyOf(part({ decisions: [at(7, 0), at(0, 9)] }), passes).patches).toEqual([]);
});
