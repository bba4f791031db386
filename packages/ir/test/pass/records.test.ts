import { expect, test } from 'vitest';
import { instanceStatistics, type PassRecord } from '../../src/index.ts';
import { patchRecord } from '../../src/pass/records.ts';

function record(place: string, fields: Partial<PassRecord> = {}): PassRecord {
  return {
    pass: 'a',
    place,
    run: 1,
    options: {},
    milliseconds: 2,
    verifyMilliseconds: 1,
    before: { nodes: 10, parameters: 20, bytes: 80 },
    after: { nodes: 9, parameters: 20, bytes: 80 },
    decisions: { applied: 1, reverted: 0, refused: 2 },
    counters: {},
    patches: [],
    ...fields,
  };
}

test('the runs of a pass at one place add up', () => {
  const after = { nodes: 8, parameters: 10, bytes: 40 };
  const sums = instanceStatistics([
    record('1', { pass: 'b' }),
    record('2.1', { counters: { folded: 1, seen: 2 } }),
    record('2.1', { counters: { seen: 3, skipped: 4 }, run: 2, after }),
  ]);
  expect(sums.map(({ place, pass, runs }) => [place, pass, runs])).toEqual([
    ['1', 'b', 1],
    ['2.1', 'a', 2],
  ]);
  expect(sums[1]).toMatchObject({
    milliseconds: 4,
    verifyMilliseconds: 2,
    decisions: { applied: 2, reverted: 0, refused: 4 },
    counters: { folded: 1, seen: 5, skipped: 4 },
    change: { nodes: -3, parameters: -10, bytes: -40 },
  });
});

test('a record has scores of the proposal and of the decision', () => {
  const refusal = { kind: 'refusal', name: 'n', nodes: ['x'], reason: '', scores: { a: 1 } } as const;
  expect(patchRecord('p', refusal, 'refused', 'why', { b: 2 })).toEqual({
    pass: 'p',
    name: 'n',
    nodes: ['x'],
    decision: 'refused',
    reason: 'why',
    scores: { a: 1, b: 2 },
  });
});
